/*
 * The words of racoon.conf(5), as racoon itself takes a text apart: the longest match wins, of equal
 * ones the rule written first. There is no rule for words as such. A character that begins none of
 * these is OTHER, which racoon skips, and every run of hex digits, colons and dots is an ADDRESS.
 * That is how it comes that `aes256`, `20sec` and even `zremote` can be written.
 *
 * A keyword is one only in the sections that have it; racoonconf.SectionTokens takes the others apart
 * again.
 */
lexer grammar RacoonConfLexer;

WHITESPACE : [ \t\n]+ -> skip ;
COMMENT : '#' ~[\n]* -> skip ;

// at the top
PRIVSEP : 'privsep' ;
PATH : 'path' ;
INCLUDE : 'include' ;
PFKEY_BUFFER : 'pfkey_buffer' ;
GSS_ID_ENC : 'gss_id_enc' ;
COMPLEX_BUNDLE : 'complex_bundle' ;
LOG : 'log' ;
PADDING : 'padding' ;
LISTEN : 'listen' ;
LDAPCFG : 'ldapcfg' ;
RADIUSCFG : 'radiuscfg' ;
MODE_CFG : 'mode_cfg' ;
TIMER : 'timer' ;
SAINFO : 'sainfo' ;
REMOTE : 'remote' ;

// path, log, gss_id_enc
PRE_SHARED_KEY : 'pre_shared_key' ;
CERTIFICATE : 'certificate' ;
SCRIPT : 'script' ;
BACKUPSA : 'backupsa' ;
PIDFILE : 'pidfile' ;
LOG_LEVEL : 'error' | 'warning' | 'notify' | 'info' | 'debug' | 'debug2' ;
GSS_ENCODING : 'latin1' | 'utf-16le' ;

// privsep
USER : 'user' ;
GROUP : 'group' ;
CHROOT : 'chroot' ;

// padding
RANDOMIZE : 'randomize' ;
RANDOMIZE_LENGTH : 'randomize_length' ;
MAXIMUM_LENGTH : 'maximum_length' ;
STRICT_CHECK : 'strict_check' ;
EXCLUSIVE_TAIL : 'exclusive_tail' ;

// listen
ISAKMP : 'isakmp' ;
ISAKMP_NATT : 'isakmp_natt' ;
ADMINSOCK : 'adminsock' ;
DISABLED : 'disabled' ;
STRICT_ADDRESS : 'strict_address' ;

// timer
COUNTER : 'counter' ;
INTERVAL : 'interval' ;
PERSEND : 'persend' ;
PHASE1 : 'phase1' ;
PHASE2 : 'phase2' ;
NATT_KEEPALIVE : 'natt_keepalive' ;

// radiuscfg, ldapcfg
AUTH : 'auth' ;
ACCT : 'acct' ;
TIMEOUT : 'timeout' ;
RETRIES : 'retries' ;
VERSION : 'version' ;
HOST : 'host' ;
LDAP_PORT : 'port' ;
BASE : 'base' ;
SUBTREE : 'subtree' ;
LDAP_STRING : 'bind_dn' | 'bind_pw' | 'attr_user' | 'attr_addr' | 'attr_mask' | 'attr_group' | 'attr_member' ;

// mode_cfg
NETWORK4 : 'network4' ;
NETMASK4 : 'netmask4' ;
DNS4 : 'dns4' ;
WINS4 : 'nbns4' | 'wins4' ;
SPLIT_NETWORK : 'split_network' ;
LOCAL_LAN : 'local_lan' ;
SPLIT_DNS : 'split_dns' ;
DEFAULT_DOMAIN : 'default_domain' ;
BANNER : 'banner' ;
AUTH_SOURCE : 'auth_source' ;
AUTH_GROUPS : 'auth_groups' ;
GROUP_SOURCE : 'group_source' ;
CONF_SOURCE : 'conf_source' ;
ACCOUNTING : 'accounting' ;
SYSTEM : 'system' ;
RADIUS : 'radius' ;
PAM : 'pam' ;
LDAP : 'ldap' ;
LOCAL : 'local' ;
NONE : 'none' ;
POOL_SIZE : 'pool_size' ;
AUTH_THROTTLE : 'auth_throttle' ;
SAVE_PASSWD : 'save_passwd' ;

// sainfo
ANONYMOUS : 'anonymous' ;
CLIENTADDR : 'clientaddr' ;
FROM : 'from' ;
ANY : 'any' ;
PORT_ANY : '[any]' ;
PFS_GROUP : 'pfs_group' ;
REMOTEID : 'remoteid' ;
ENCRYPTION_ALGORITHM : 'encryption_algorithm' ;
AUTHENTICATION_ALGORITHM : 'authentication_algorithm' ;
COMPRESSION_ALGORITHM : 'compression_algorithm' ;
LIFETIME : 'lifetime' ;
TIME : 'time' ;

// remote
INHERIT : 'inherit' ;
REMOTE_ADDRESS : 'remote_address' ;
EXCHANGE_MODE : 'exchange_mode' ;
MAIN : 'main' ;
AGGRESSIVE : 'aggressive' ;
DOI : 'doi' ;
IPSEC_DOI : 'ipsec_doi' ;
SITUATION : 'situation' ;
SITUATION_WORD : 'identity_only' | 'secrecy' | 'integrity' ;
CERTIFICATE_TYPE : 'certificate_type' ;
PEERS_CERTFILE : 'peers_certfile' ;
CA_TYPE : 'ca_type' ;
X509 : 'x509' ;
PLAIN_RSA : 'plain_rsa' ;
DNSSEC : 'dnssec' ;
MY_IDENTIFIER : 'my_identifier' ;
PEERS_IDENTIFIER : 'peers_identifier' ;
XAUTH_LOGIN : 'xauth_login' ;
SWITCHED
    : 'verify_identifier' | 'verify_cert' | 'send_cert' | 'send_cr' | 'match_empty_cr' | 'passive'
    | 'support_proxy' | 'initial_contact' | 'weak_phase1_check' | 'dpd' ;
GENERATE_POLICY : 'generate_policy' ;
UNIQUE : 'unique' ;
REQUIRE : 'require' ;
FORCEABLE : 'nat_traversal' | 'ike_frag' | 'rekey' ;
FORCE : 'force' ;
COUNTED : 'esp_frag' | 'nonce_size' | 'ph1id' | 'dpd_delay' | 'dpd_retry' | 'dpd_maxfail' ;
SCRIPT_EVENT : 'phase1_up' | 'phase1_down' | 'phase1_dead' ;
PROPOSAL_CHECK : 'proposal_check' ;
CHECK_LEVEL : 'obey' | 'strict' | 'claim' | 'exact' ;
DH_GROUP : 'dh_group' ;
PROPOSAL : 'proposal' ;

// proposal
HASH_ALGORITHM : 'hash_algorithm' ;
AUTHENTICATION_METHOD : 'authentication_method' ;
GSS_ID : 'gss_id' | 'gssapi_id' ;

// in every section
SWITCH : 'on' | 'off' ;
BOOLEAN : 'yes' | 'no' ;
PROTOCOL : 'esp' | 'ah' | 'ipcomp' | 'icmp' | 'icmp6' | 'tcp' | 'udp' | 'gre' ;
ALGORITHM
    : 'des_iv64' | 'des' | '3des' | 'rc5' | 'idea' | 'cast128' | 'blowfish' | '3idea' | 'des_iv32'
    | 'rc4' | 'null_enc' | 'null' | 'aes' | 'rijndael' | 'twofish' | 'camellia'
    | 'non_auth' | 'hmac_md5' | 'hmac_sha1' | 'hmac_sha2_256' | 'hmac_sha256' | 'hmac_sha2_384'
    | 'hmac_sha384' | 'hmac_sha2_512' | 'hmac_sha512' | 'des_mac' | 'kpdk'
    | 'md5' | 'sha1' | 'tiger' | 'sha2_256' | 'sha256' | 'sha2_384' | 'sha384' | 'sha2_512' | 'sha512'
    | 'oui' | 'deflate' | 'lzs'
    | 'modp768' | 'modp1024' | 'modp1536' | 'modp2048' | 'modp3072' | 'modp4096' | 'modp6144'
    | 'modp8192' | 'ec2n155' | 'ec2n185'
    | 'ecp256' | 'ecp384' | 'ecp521' // ours: RFC 5903
    | 'rsasig' | 'dsssig' | 'rsaenc' | 'rsarev' | 'gssapi_krb'
    | 'hybrid_rsa_server' | 'hybrid_rsa_client' | 'hybrid_dss_server' | 'hybrid_dss_client'
    | 'xauth_psk_server' | 'xauth_psk_client' | 'xauth_rsa_server' | 'xauth_rsa_client'
    ;
IDENTIFIER_TYPE : 'user_fqdn' | 'fqdn' | 'keyid' | 'address' | 'subnet' | 'asn1dn' ;
IDENTIFIER_QUALIFIER : 'tag' | 'file' ;
BYTE : 'byte' ;
BYTES_UNIT : 'B' | 'bytes' | 'KB' | 'MB' | 'TB' ;
TIME_UNIT
    : 'sec' | 'secs' | 'second' | 'seconds' | 'min' | 'mins' | 'minute' | 'minutes' | 'hour' | 'hours' ;

NUMBER : [0-9]+ ;
HEXADECIMAL : '0x' [0-9a-fA-F]+ ;
QUOTED : '"' ~["]* '"' ;
ADDRESS : [A-Fa-f0-9:] [A-Fa-f0-9:.]* ( '%' [A-Za-z0-9]* )? ;
RANGE : '-' [A-Fa-f0-9:] [A-Fa-f0-9:.]* ( '%' [A-Za-z0-9]* )? ;
PREFIX : '/' [0-9] [0-9]? [0-9]? ;
PORT : '[' [0-9]+ ']' ;

SEMICOLON : ';' ;
COMMA : ',' ;
LEFT_BRACE : '{' ;
RIGHT_BRACE : '}' ;
OTHER : . ;
