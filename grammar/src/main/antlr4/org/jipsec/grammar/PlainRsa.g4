/*
 * Files of RSA keys without certificates, as racoon and FreeS/WAN have them. Every octet is part of
 * some token: OTHER is what has no meaning.
 */
grammar PlainRsa;

file : entry* EOF ;
entry : ( place place? )? COLON ( privateKey | publicKey ) ;
place : ANY | ADDRESS PREFIX? ;
privateKey : RSA LEFT_BRACE field* RIGHT_BRACE ;
field : FIELD COLON? HEXADECIMAL ;
publicKey : PUB ( BASE64 | HEXADECIMAL ) ;

WHITESPACE : [ \t\r\n]+ -> skip ;
COMMENT : '#' ~[\n]* -> skip ;
RSA : 'RSA' ;
PUB : 'PUB' ;
ANY : 'any' ;
FIELD
    : 'Modulus' | 'PublicExponent' | 'PrivateExponent' | 'Prime1' | 'Prime2' | 'Exponent1'
    | 'Exponent2' | 'Coefficient' ;
HEXADECIMAL : '0x' [0-9a-fA-F]+ ;
BASE64 : '0s' [A-Za-z0-9+/]+ '='* ;
PREFIX : '/' [0-9] [0-9]? [0-9]? ;
ADDRESS : [0-9]+ '.' [0-9]+ '.' [0-9]+ '.' [0-9]+ | [0-9a-fA-F]* ':' [0-9a-fA-F:.]+ | [0-9a-fA-F]+ '::' ;
LEFT_BRACE : '{' ;
RIGHT_BRACE : '}' ;
COLON : ':' ;
OTHER : . ;
