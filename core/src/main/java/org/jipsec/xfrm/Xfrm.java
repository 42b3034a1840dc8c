package org.jipsec.xfrm;

/// Numbers and sizes of linux/xfrm.h, as 64-bit Linux lays the structures out. Offsets and sizes in
/// octets.
final class Xfrm {
    static final int MSG_NEWSA = 0x10;
    static final int MSG_DELSA = 0x11;
    static final int MSG_GETSA = 0x12;
    static final int MSG_NEWPOLICY = 0x13;
    static final int MSG_DELPOLICY = 0x14;
    static final int MSG_GETPOLICY = 0x15;
    static final int MSG_ALLOCSPI = 0x16;
    static final int MSG_ACQUIRE = 0x17;
    static final int MSG_EXPIRE = 0x18;
    static final int MSG_UPDPOLICY = 0x19;
    static final int MSG_UPDSA = 0x1a;
    static final int MSG_POLEXPIRE = 0x1b;
    static final int MSG_FLUSHSA = 0x1c;
    static final int MSG_FLUSHPOLICY = 0x1d;
    static final int MSG_MIGRATE = 0x21;
    static final int MSG_NEWSADINFO = 0x22;
    static final int MSG_GETSADINFO = 0x23;
    static final int MSG_NEWSPDINFO = 0x24;
    static final int MSG_GETSPDINFO = 0x25;
    static final int MSG_MAPPING = 0x26;
    static final int MSG_GETDEFAULT = 0x28;

    static final int GROUP_ACQUIRE = 1;
    static final int GROUP_EXPIRE = 2;
    static final int GROUP_SA = 3;
    static final int GROUP_POLICY = 4;
    static final int GROUP_MIGRATE = 7;
    static final int GROUP_MAPPING = 8;

    static final int ALG_AUTH = 1;
    static final int ALG_CRYPT = 2;
    static final int ALG_COMP = 3;
    static final int ENCAP = 4;
    static final int TMPL = 5;
    static final int SA = 6;
    static final int POLICY = 7;
    static final int SEC_CTX = 8;
    static final int LTIME_VAL = 9;
    static final int REPLAY_VAL = 10;
    static final int SRCADDR = 13;
    static final int LASTUSED = 15;
    static final int POLICY_TYPE = 16;
    static final int ALG_AEAD = 18;
    static final int ALG_AUTH_TRUNC = 20;
    static final int MARK = 21;
    static final int REPLAY_ESN_VAL = 23;
    static final int SA_EXTRA_FLAGS = 24;
    static final int PROTO = 25;
    static final int PAD = 27;
    static final int IF_ID = 31;

    static final int SAD_CNT = 1;
    static final int SPD_INFO = 1;

    static final int ADDRESS_SIZE = 16;
    static final int SELECTOR_SIZE = 56;
    static final int LIFETIME_SIZE = 64;
    static final int CURRENT_SIZE = 32;

    /// struct xfrm_usersa_info
    static final int SA_SIZE = 224;

    static final int SA_ID = 56;
    static final int SA_SOURCE = 80;
    static final int SA_LIFETIME = 96;
    static final int SA_CURRENT = 160;
    static final int SA_SEQUENCE = 204;

    /// struct xfrm_usersa_id
    static final int SA_ID_SIZE = 24;

    /// struct xfrm_userpolicy_info
    static final int POLICY_SIZE = 168;

    static final int POLICY_LIFETIME = 56;
    static final int POLICY_CURRENT = 120;
    static final int POLICY_PRIORITY = 152;
    static final int POLICY_ID = 156;
    static final int POLICY_FLAGS = 162;

    /// struct xfrm_userpolicy_id
    static final int POLICY_ID_SIZE = 64;

    static final int TEMPLATE_SIZE = 64;
    static final int TEMPLATE_SOURCE = 28;
    static final int ENCAP_SIZE = 24;
    static final int ALGORITHM_NAME = 64;
    static final int MARK_SIZE = 8;

    static final long INFINITE = -1L;

    static final int MODE_TRANSPORT = 0;
    static final int MODE_TUNNEL = 1;

    static final int STATE_AF_UNSPEC = 32;
    static final int STATE_ESN = 128;
    static final int XFLAG_OSEQ_MAY_WRAP = 2;

    static final int UDP_ENCAP_ESPINUDP = 2;

    static final int POLICY_ALLOW = 0;
    static final int POLICY_BLOCK = 1;
    static final int POLICY_TYPE_MAIN = 0;

    /// Of a per-socket policy; the direction is what it is above that.
    static final int POLICY_MAX = 3;

    static final int AF_INET = 2;
    static final int AF_INET6 = 10;

    /// Of a flush: ESP, AH and IPComp.
    static final int PROTO_ANY = 255;

    /// What the bitmap in `xfrm_replay_state` holds.
    static final int PLAIN_WINDOW = 32;

    private Xfrm() {}
}
