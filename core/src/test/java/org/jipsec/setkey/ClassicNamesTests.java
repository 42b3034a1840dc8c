package org.jipsec.setkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.wire.IpText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.List;
import java.util.OptionalInt;

class ClassicNamesTests {
    private static final ClassicNames NAMES =
            ClassicNames.over(
                    new NameResolver() {
                        @Override
                        public List<InetAddress> addresses(String host) {
                            return host.equals("localhost")
                                    ? List.of(InetAddress.getLoopbackAddress())
                                    : List.of();
                        }

                        @Override
                        public OptionalInt service(String name) {
                            return name.equals("isakmp")
                                    ? OptionalInt.of(500)
                                    : OptionalInt.empty();
                        }

                        @Override
                        public OptionalInt protocol(String name) {
                            return OptionalInt.empty();
                        }
                    });

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "10.1, 10.0.0.1",
        "0x0a000001, 10.0.0.1",
        "012.0.0.1, 10.0.0.1",
        "2001:DB8:0::1, 2001:db8::1",
        "::ffff:10.0.0.1, ::ffff:10.0.0.1"
    })
    void takesWhatGetaddrinfoTakesForAnAddress(String written, String address) {
        assertThat(NAMES.numeric(written).map(IpText::text)).contains(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.256", "10.0.0.1.5", "host", "1host", "::1::", ""})
    void takesNoNameForAnAddress(String written) {
        assertThat(NAMES.numeric(written)).isEmpty();
    }

    @Test
    void asksTheHostForNames() throws ClassicNames.LookupFailed {
        assertThat(NAMES.addresses("localhost")).hasSize(1);
        assertThat(NAMES.udpPort("isakmp")).hasValue(500);
        assertThatThrownBy(() -> NAMES.addresses("nowhere"))
                .isInstanceOf(ClassicNames.LookupFailed.class)
                .hasMessage("Name or service not known");
    }
}
