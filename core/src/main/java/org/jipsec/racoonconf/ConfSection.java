package org.jipsec.racoonconf;

import static org.jipsec.grammar.RacoonConfLexer.*;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/// The sections of a racoon.conf as its scanner has them: each knows keywords of its own, and some
/// last to the next semicolon only.
enum ConfSection {
    ROOT(
            "the top of the file",
            PRIVSEP,
            PATH,
            INCLUDE,
            PFKEY_BUFFER,
            GSS_ID_ENC,
            COMPLEX_BUNDLE,
            LOG,
            PADDING,
            LISTEN,
            LDAPCFG,
            RADIUSCFG,
            MODE_CFG,
            TIMER,
            SAINFO,
            REMOTE),
    PATH_LINE("`path`", INCLUDE, PRE_SHARED_KEY, CERTIFICATE, SCRIPT, BACKUPSA, PIDFILE),
    LOG_LINE("`log`", LOG_LEVEL),
    GSS_LINE("`gss_id_enc`", GSS_ENCODING),
    PRIVSEP_BLOCK("`privsep`", USER, GROUP, CHROOT, LEFT_BRACE, RIGHT_BRACE),
    PADDING_BLOCK(
            "`padding`",
            RANDOMIZE,
            RANDOMIZE_LENGTH,
            MAXIMUM_LENGTH,
            STRICT_CHECK,
            EXCLUSIVE_TAIL,
            LEFT_BRACE,
            RIGHT_BRACE),
    LISTEN_BLOCK(
            "`listen`",
            ISAKMP,
            ISAKMP_NATT,
            ADMINSOCK,
            DISABLED,
            STRICT_ADDRESS,
            LEFT_BRACE,
            RIGHT_BRACE),
    TIMER_BLOCK(
            "`timer`",
            COUNTER,
            INTERVAL,
            PERSEND,
            PHASE1,
            PHASE2,
            NATT_KEEPALIVE,
            LEFT_BRACE,
            RIGHT_BRACE),
    RADIUS_BLOCK("`radiuscfg`", AUTH, ACCT, TIMEOUT, RETRIES, LEFT_BRACE, RIGHT_BRACE),
    LDAP_BLOCK(
            "`ldapcfg`",
            VERSION,
            HOST,
            LDAP_PORT,
            BASE,
            SUBTREE,
            LDAP_STRING,
            LEFT_BRACE,
            RIGHT_BRACE),
    MODE_BLOCK(
            "`mode_cfg`",
            NETWORK4,
            NETMASK4,
            DNS4,
            WINS4,
            SPLIT_NETWORK,
            INCLUDE,
            LOCAL_LAN,
            SPLIT_DNS,
            DEFAULT_DOMAIN,
            BANNER,
            AUTH_SOURCE,
            AUTH_GROUPS,
            GROUP_SOURCE,
            CONF_SOURCE,
            ACCOUNTING,
            SYSTEM,
            RADIUS,
            PAM,
            LDAP,
            LOCAL,
            NONE,
            POOL_SIZE,
            AUTH_THROTTLE,
            PFS_GROUP,
            SAVE_PASSWD,
            COMMA,
            LEFT_BRACE,
            RIGHT_BRACE),
    SAINFO_BLOCK(
            "`sainfo`",
            ANONYMOUS,
            CLIENTADDR,
            FROM,
            GROUP,
            ANY,
            PORT_ANY,
            PFS_GROUP,
            REMOTEID,
            ENCRYPTION_ALGORITHM,
            AUTHENTICATION_ALGORITHM,
            COMPRESSION_ALGORITHM,
            LIFETIME,
            TIME,
            COMMA,
            LEFT_BRACE,
            RIGHT_BRACE),
    REMOTE_BLOCK(
            "`remote`",
            ANONYMOUS,
            INHERIT,
            REMOTE_ADDRESS,
            EXCHANGE_MODE,
            MAIN,
            AGGRESSIVE,
            BASE,
            DOI,
            IPSEC_DOI,
            SITUATION,
            SITUATION_WORD,
            CERTIFICATE_TYPE,
            PEERS_CERTFILE,
            CA_TYPE,
            X509,
            PLAIN_RSA,
            DNSSEC,
            MY_IDENTIFIER,
            PEERS_IDENTIFIER,
            XAUTH_LOGIN,
            SWITCHED,
            MODE_CFG,
            GENERATE_POLICY,
            UNIQUE,
            REQUIRE,
            FORCEABLE,
            FORCE,
            COUNTED,
            SCRIPT,
            SCRIPT_EVENT,
            LIFETIME,
            TIME,
            PROPOSAL_CHECK,
            CHECK_LEVEL,
            DH_GROUP,
            PROPOSAL,
            LEFT_BRACE,
            RIGHT_BRACE),
    PROPOSAL_BLOCK(
            "`proposal`",
            ENCRYPTION_ALGORITHM,
            HASH_ALGORITHM,
            AUTHENTICATION_METHOD,
            DH_GROUP,
            LIFETIME,
            TIME,
            GSS_ID,
            LEFT_BRACE,
            RIGHT_BRACE);

    /// Known in all of them.
    private static final int[] EVERYWHERE = {
        PRE_SHARED_KEY,
        SWITCH,
        BOOLEAN,
        PROTOCOL,
        ALGORITHM,
        IDENTIFIER_TYPE,
        IDENTIFIER_QUALIFIER,
        BYTE,
        BYTES_UNIT,
        TIME_UNIT,
        NUMBER,
        HEXADECIMAL,
        QUOTED,
        ADDRESS,
        RANGE,
        PREFIX,
        PORT,
        SEMICOLON
    };

    private final String title;
    private final BitSet known = new BitSet();

    ConfSection(String title, int... keywords) {
        this.title = title;
        Arrays.stream(keywords).forEach(known::set);
    }

    static {
        for (ConfSection section : values()) {
            Arrays.stream(EVERYWHERE).forEach(section.known::set);
        }
    }

    /// As messages name it.
    String title() {
        return title;
    }

    boolean knows(int token) {
        return known.get(token);
    }

    /// The one that a keyword at the top begins.
    static Optional<ConfSection> begunBy(int token) {
        return switch (token) {
            case PATH -> Optional.of(PATH_LINE);
            case LOG -> Optional.of(LOG_LINE);
            case GSS_ID_ENC -> Optional.of(GSS_LINE);
            case PRIVSEP -> Optional.of(PRIVSEP_BLOCK);
            case PADDING -> Optional.of(PADDING_BLOCK);
            case LISTEN -> Optional.of(LISTEN_BLOCK);
            case TIMER -> Optional.of(TIMER_BLOCK);
            case RADIUSCFG -> Optional.of(RADIUS_BLOCK);
            case LDAPCFG -> Optional.of(LDAP_BLOCK);
            case MODE_CFG -> Optional.of(MODE_BLOCK);
            case SAINFO -> Optional.of(SAINFO_BLOCK);
            case REMOTE -> Optional.of(REMOTE_BLOCK);
            default -> Optional.empty();
        };
    }
}
