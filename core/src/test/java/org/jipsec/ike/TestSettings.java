package org.jipsec.ike;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.AuthenticationMethod;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Configurations as tests want them.
final class TestSettings {
    private TestSettings() {}

    static Proposal proposal(IkeCipher cipher, int bits, IkeHash hash, DhGroup group) {
        return new Proposal(
                AuthenticationMethod.PRE_SHARED_KEY,
                cipher,
                bits,
                hash,
                group,
                Duration.ofHours(8));
    }

    static final Proposal HOWTO =
            proposal(IkeCipher.TRIPLE_DES, 192, IkeHash.MD5, DhGroup.MODP_1024);

    static SainfoSettings sainfo(Optional<DhGroup> pfs) {
        return new SainfoSettings(
                new SainfoSettings.Side.Anonymous(),
                new SainfoSettings.Side.Anonymous(),
                Optional.empty(),
                Optional.empty(),
                pfs,
                Duration.ofHours(8),
                List.of(new SainfoSettings.Cipher(EncryptionAlgorithm.TRIPLE_DES_CBC, 0)),
                List.of(AuthAlgorithm.HMAC_MD5),
                List.of(CompressionAlgorithm.DEFLATE),
                0);
    }

    static Settings anonymous(ExchangeMode mode, Optional<DhGroup> pfs) {
        return Settings.of(
                List.of(RemoteSettings.of(Optional.empty(), List.of(mode), List.of(HOWTO))),
                List.of(sainfo(pfs)));
    }
}
