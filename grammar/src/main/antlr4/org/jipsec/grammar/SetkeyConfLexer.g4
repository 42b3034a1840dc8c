/*
 * The words of setkey.conf(5). The longest match wins, of equal ones the rule written first: keywords
 * before STRING. Every octet is part of some token, so this lexer never reports an error itself:
 * OTHER is what the language has no use for.
 *
 * After -P the whole policy is one token, POLICY_TEXT, up to a character that cannot be part of it;
 * IpsecPolicyLexer takes it apart. The mode ends at the semicolon.
 */
lexer grammar SetkeyConfLexer;

WHITESPACE : [ \t\n]+ -> skip ;
COMMENT : '#' ~[\n]* -> skip ;

ADD : 'add' ;
UPDATE : 'update' ;
GETSPI : 'getspi' ;
GET : 'get' ;
DELETE : 'delete' ;
DELETEALL : 'deleteall' ;
FLUSH : 'flush' ;
DUMP : 'dump' ;
EXIT : 'exit' | 'quit' | 'bye' ;
SPDADD : 'spdadd' ;
SPDUPDATE : 'spdupdate' ;
SPDDELETE : 'spddelete' ;
SPDDUMP : 'spddump' ;
SPDFLUSH : 'spdflush' ;
TAGGED : 'tagged' ;

ESP : 'esp' ;
ESP_OLD : 'esp-old' ;
ESP_UDP : 'esp-udp' ;
AH : 'ah' ;
AH_OLD : 'ah-old' ;
IPCOMP : 'ipcomp' ;
TCP : 'tcp' ;
ANY : 'any' ;

TRANSPORT : 'transport' ;
TUNNEL : 'tunnel' ;
OUI : 'oui' ;
DEFLATE : 'deflate' ;
LZS : 'lzs' ;
RANDOM_PAD : 'random-pad' ;
SEQ_PAD : 'seq-pad' ;
ZERO_PAD : 'zero-pad' ;
NOCYCLIC_SEQ : 'nocyclic-seq' ;

// No blank is needed behind a flag: -mtunnel, -lh3600.
FLAG_POLICY : '-P' -> mode(POLICY) ;
FLAG_AUTHENTICATION : '-A' ;
FLAG_ENCRYPTION : '-E' ;
FLAG_COMPRESSION : '-C' ;
FLAG_RAW_CPI : '-R' ;
FLAG_MODE : '-m' ;
FLAG_REQID : '-u' ;
FLAG_OPTION : '-f' ;
FLAG_REPLAY : '-r' ;
FLAG_HARD_SECONDS : '-lh' ;
FLAG_SOFT_SECONDS : '-ls' ;
FLAG_HARD_BYTES : '-bh' ;
FLAG_SOFT_BYTES : '-bs' ;
FLAG_CONTEXT : '-ctx' ;
FLAG_FRAGMENT : '-esp_frag' | '-natt_mtu' ; // NetBSD's and FreeBSD's word for one thing
FLAG_ESN : '-esn' ; // FreeBSD
FLAG_NATT : '-natt' ; // FreeBSD
FLAG_HARDWARE : '-hwif' ; // FreeBSD
FLAG_ADDRESS : '-' [n46]+ ;

DECIMAL : [0-9]+ ;
HEXADECIMAL : '0' [xX] [0-9a-fA-F]+ ;
QUOTED : '"' ~["]* '"' ;
STRING : [A-Za-z0-9:] [A-Za-z0-9:%.\-]* | [0-9,]+ ;

SLASH : '/' ;
LEFT_BRACKET : '[' ;
RIGHT_BRACKET : ']' ;
SEMICOLON : ';' ;
OTHER : . ;

mode POLICY;

POLICY_COMMENT : '#' ~[\n]* -> skip ;
POLICY_TEXT : [A-Za-z0-9:.\-_/ \t\n] [A-Za-z0-9:.\-_/ \t\n%+[\]]* ;
POLICY_END : ';' -> type(SEMICOLON), mode(DEFAULT_MODE) ;
POLICY_QUOTED : '"' ~["]* '"' -> type(QUOTED) ;
POLICY_STRING : [0-9,]+ -> type(STRING) ;
POLICY_LEFT_BRACKET : '[' -> type(LEFT_BRACKET) ;
POLICY_RIGHT_BRACKET : ']' -> type(RIGHT_BRACKET) ;
POLICY_OTHER : . -> type(OTHER) ;
