/*
 * racoon.conf(5) of ipsec-tools 0.8.2. What depends on meaning (which algorithm fits where, what a
 * section must have) is left to whoever walks the tree.
 *
 * Every choice is made by the next token alone. A text is read a statement at a time: `top` is one
 * directive or a section up to its left brace, the rules below it are what may stand in each section,
 * and a right brace ends it.
 */
parser grammar RacoonConfParser;

options { tokenVocab = RacoonConfLexer; }

top
    : path SEMICOLON
    | INCLUDE QUOTED SEMICOLON
    | PFKEY_BUFFER NUMBER SEMICOLON
    | GSS_ID_ENC GSS_ENCODING SEMICOLON
    | COMPLEX_BUNDLE SWITCH SEMICOLON
    | LOG LOG_LEVEL SEMICOLON
    | section LEFT_BRACE
    | remote
    ;

path : PATH ( INCLUDE | PRE_SHARED_KEY | CERTIFICATE | SCRIPT | BACKUPSA | PIDFILE ) QUOTED ;

section
    : PRIVSEP
    | PADDING
    | LISTEN
    | TIMER
    | RADIUSCFG
    | LDAPCFG
    | MODE_CFG
    | SAINFO saName saFrom?
    ;

saName
    : ANONYMOUS ( CLIENTADDR | saId )?
    | saId ( ANONYMOUS | CLIENTADDR | saId )
    ;
saId : IDENTIFIER_TYPE ( QUOTED | ADDRESS RANGE? PREFIX? ( PORT | PORT_ANY )? upper ) ;
upper : NUMBER | PROTOCOL | ANY ;
saFrom : FROM IDENTIFIER_TYPE identifierString | GROUP QUOTED ;

remote
    : REMOTE
      ( QUOTED ( INHERIT QUOTED ( LEFT_BRACE | SEMICOLON ) | LEFT_BRACE )
      | remoteIndex ( INHERIT remoteIndex ( LEFT_BRACE | SEMICOLON ) | LEFT_BRACE )
      )
    ;
remoteIndex : ( ANONYMOUS | ADDRESS ) PORT? ;

privsepItem
    : ( ( USER | GROUP ) ( QUOTED | NUMBER ) | CHROOT QUOTED ) SEMICOLON ;

paddingItem
    : ( ( RANDOMIZE | RANDOMIZE_LENGTH | STRICT_CHECK | EXCLUSIVE_TAIL ) SWITCH | MAXIMUM_LENGTH NUMBER )
      SEMICOLON
    ;

listenItem
    : ( ( ISAKMP | ISAKMP_NATT ) ADDRESS PORT?
      | ADMINSOCK ( DISABLED | QUOTED ( QUOTED QUOTED NUMBER )? )
      | STRICT_ADDRESS
      ) SEMICOLON
    ;

timerItem
    : ( ( COUNTER | PERSEND ) NUMBER | ( INTERVAL | PHASE1 | PHASE2 | NATT_KEEPALIVE ) NUMBER TIME_UNIT )
      SEMICOLON
    ;

radiusItem
    : ( ( AUTH | ACCT ) QUOTED NUMBER? QUOTED | ( TIMEOUT | RETRIES ) NUMBER ) SEMICOLON ;

ldapItem
    : ( ( VERSION | LDAP_PORT ) NUMBER | ( HOST | BASE | LDAP_STRING ) QUOTED | SUBTREE SWITCH ) SEMICOLON ;

modeItem
    : ( ( NETWORK4 | NETMASK4 ) ADDRESS
      | ( DNS4 | WINS4 ) ADDRESS ( COMMA ADDRESS )*
      | SPLIT_NETWORK ( INCLUDE | LOCAL_LAN ) ADDRESS PREFIX ( COMMA ADDRESS PREFIX )*
      | ( SPLIT_DNS | AUTH_GROUPS ) QUOTED ( COMMA QUOTED )*
      | ( DEFAULT_DOMAIN | BANNER ) QUOTED
      | AUTH_SOURCE ( SYSTEM | RADIUS | PAM | LDAP )
      | GROUP_SOURCE ( SYSTEM | LDAP )
      | CONF_SOURCE ( LOCAL | RADIUS | LDAP )
      | ACCOUNTING ( NONE | SYSTEM | RADIUS | PAM )
      | ( POOL_SIZE | AUTH_THROTTLE | PFS_GROUP ) NUMBER
      | SAVE_PASSWD SWITCH
      ) SEMICOLON
    ;

saItem
    : ( PFS_GROUP group
      | REMOTEID NUMBER
      | lifetime
      | ( ENCRYPTION_ALGORITHM | AUTHENTICATION_ALGORITHM | COMPRESSION_ALGORITHM )
        algorithm ( COMMA algorithm )*
      ) SEMICOLON
    ;

remoteItem
    : PROPOSAL LEFT_BRACE
    | ( REMOTE_ADDRESS ADDRESS PORT?
      | EXCHANGE_MODE ( MAIN | AGGRESSIVE | BASE )*
      | DOI IPSEC_DOI
      | SITUATION SITUATION_WORD
      | CERTIFICATE_TYPE ( X509 QUOTED QUOTED | PLAIN_RSA QUOTED )
      | PEERS_CERTFILE ( X509? QUOTED | PLAIN_RSA QUOTED | DNSSEC )
      | CA_TYPE X509 QUOTED
      | ( MY_IDENTIFIER | PEERS_IDENTIFIER ) IDENTIFIER_TYPE IDENTIFIER_QUALIFIER? identifierString
      | XAUTH_LOGIN identifierString
      | ( SWITCHED | MODE_CFG ) SWITCH
      | GENERATE_POLICY ( SWITCH | UNIQUE | REQUIRE )
      | FORCEABLE ( SWITCH | FORCE )
      | COUNTED NUMBER
      | SCRIPT QUOTED SCRIPT_EVENT
      | lifetime
      | PROPOSAL_CHECK CHECK_LEVEL
      | DH_GROUP group
      ) SEMICOLON
    ;

proposalItem
    : ( ( ENCRYPTION_ALGORITHM | HASH_ALGORITHM | AUTHENTICATION_METHOD ) algorithm
      | DH_GROUP group
      | lifetime
      | GSS_ID QUOTED
      ) SEMICOLON
    ;

identifierString : ( ADDRESS | QUOTED )? ;
algorithm : ( ALGORITHM | PRE_SHARED_KEY ) NUMBER? ;
group : ALGORITHM | PRE_SHARED_KEY | NUMBER ;
lifetime : LIFETIME ( TIME NUMBER TIME_UNIT | BYTE NUMBER ( BYTE | BYTES_UNIT ) ) ;
