/*
 * setkey.conf(5): the union of what setkey of ipsec-tools 0.8.2, of NetBSD and of FreeBSD reads, and
 * what an error message is better for if it is read first. What of it a dialect lacks, and all that
 * depends on meaning, is left to whoever walks the tree.
 *
 * Every choice is made by the next token alone. Large files are read one `command` at a time.
 */
parser grammar SetkeyConfParser;

options { tokenVocab = SetkeyConfLexer; }

file : command* EOF ;

command
    : add
    | update
    | getspi
    | get
    | delete
    | deleteall
    | flush
    | dump
    | exit
    | spdadd
    | spdupdate
    | spddelete
    | spddump
    | spdflush
    ;

add : ADD association algorithms SEMICOLON ;
update : UPDATE association algorithms SEMICOLON ;
get : GET association SEMICOLON ;
delete : DELETE association SEMICOLON ;
getspi
    : GETSPI FLAG_ADDRESS* source=host destination=host protocol?
      (minimum=number maximum=number?)? extension* SEMICOLON
    ;
deleteall
    : DELETEALL FLAG_ADDRESS* source=STRING destination=STRING protocol? SEMICOLON ;
flush : FLUSH protocol? SEMICOLON ;
dump : DUMP protocol? SEMICOLON ;
exit : EXIT SEMICOLON ;

spdadd : SPDADD target policy SEMICOLON ;
spdupdate : SPDUPDATE target policy SEMICOLON ;
spddelete : SPDDELETE selector policy SEMICOLON ;
spddump : SPDDUMP SEMICOLON ;
spdflush : SPDFLUSH SEMICOLON ;

association
    : FLAG_ADDRESS* source=host destination=host protocol? spi=number extension* ;

host : STRING port? ;
port : LEFT_BRACKET ( ANY | DECIMAL | STRING ) RIGHT_BRACKET ;
number : DECIMAL | HEXADECIMAL ;

protocol
    : ESP
    | ESP_OLD
    | AH
    | AH_OLD
    | IPCOMP
    | TCP
    | ESP_UDP original=STRING?
    ;

extension
    : FLAG_MODE ( TRANSPORT | TUNNEL | ANY )                              # modeExtension
    | FLAG_REPLAY DECIMAL                                                 # replayExtension
    | FLAG_REQID DECIMAL                                                  # reqidExtension
    | FLAG_OPTION ( RANDOM_PAD | SEQ_PAD | ZERO_PAD | NOCYCLIC_SEQ )      # optionExtension
    | ( FLAG_HARD_SECONDS | FLAG_SOFT_SECONDS | FLAG_HARD_BYTES | FLAG_SOFT_BYTES ) DECIMAL
                                                                          # lifetimeExtension
    | context                                                             # contextExtension
    | FLAG_FRAGMENT DECIMAL                                               # fragmentExtension
    | FLAG_ESN                                                            # esnExtension
    | FLAG_NATT source=host destination=host                              # nattExtension
    | FLAG_HARDWARE STRING                                                # hardwareExtension
    ;

context : FLAG_CONTEXT doi=DECIMAL kind=DECIMAL label=QUOTED ;

algorithms
    : encryption authentication?
    | authentication
    | compression
    ;
encryption : FLAG_ENCRYPTION STRING key? ;
authentication : FLAG_AUTHENTICATION STRING key? ;
compression : FLAG_COMPRESSION ( OUI | DEFLATE | LZS ) FLAG_RAW_CPI? ;
key : QUOTED | HEXADECIMAL ;

target : selector | TAGGED QUOTED ;
selector
    : FLAG_ADDRESS* source=range destination=range upper detail=( STRING | DECIMAL )? context? ;
range : STRING ( SLASH DECIMAL )? port? ;
upper
    : DECIMAL
    | ANY
    | TCP
    | ESP
    | AH
    | IPCOMP
    | STRING
    ;
policy : FLAG_POLICY POLICY_TEXT ;
