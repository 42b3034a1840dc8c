/*
 * The words of a policy: what stands behind -P in setkey.conf(5), and what ipsec_set_policy(3) takes.
 * Like SetkeyConfLexer it never reports an error: OTHER is the rest.
 */
lexer grammar IpsecPolicyLexer;

WHITESPACE : [ \t\n]+ -> skip ;

IN : 'in' ;
OUT : 'out' ;
FWD : 'fwd' ;
PRIORITY : 'prio' | 'priority' ;
LOW : 'low' ;
DEF : 'def' ;
HIGH : 'high' ;

DISCARD : 'discard' ;
NONE : 'none' ;
IPSEC : 'ipsec' ;
BYPASS : 'bypass' ;
ENTRUST : 'entrust' ;

ESP : 'esp' ;
AH : 'ah' ;
IPCOMP : 'ipcomp' ;
TRANSPORT : 'transport' ;
TUNNEL : 'tunnel' ;
ME_ANY : 'me-any' ;
ANY_ME : 'any-me' ;

DEFAULT : 'default' ;
USE : 'use' ;
REQUIRE : 'require' ;
UNIQUE : 'unique' ;
UNIQUE_NUMBER : 'unique:' [0-9]+ ;

DECIMAL : [0-9]+ ;
ADDRESS : [A-Za-z0-9:._]+ ( '%' [A-Za-z0-9]+ )? ;
PORT : '[' [0-9]+ ']' ;

SLASH : '/' ;
HYPHEN : '-' ;
PLUS : '+' ;
OTHER : . ;
