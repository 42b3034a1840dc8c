/*
 * A policy: direction, priority, action, and the rules that make up a bundle, innermost first.
 */
parser grammar IpsecPolicyParser;

options { tokenVocab = IpsecPolicyLexer; }

policy : direction ( priority? action bundle )? EOF ;

direction : IN | OUT | FWD ;

priority
    : PRIORITY HYPHEN? DECIMAL
    | PRIORITY ( LOW | DEF | HIGH ) ( ( PLUS | HYPHEN ) DECIMAL )?
    ;

action : DISCARD | NONE | IPSEC | BYPASS | ENTRUST ;

bundle : policyRule* ;

policyRule
    : ( ESP | AH | IPCOMP ) SLASH ( TRANSPORT | TUNNEL )
      ( SLASH ( SLASH level | endpoints ( SLASH level? )? )? )?
    ;

endpoints
    : ADDRESS PORT? HYPHEN ADDRESS PORT?
    | ME_ANY
    | ANY_ME
    ;

level : DEFAULT | USE | REQUIRE | UNIQUE | UNIQUE_NUMBER ;
