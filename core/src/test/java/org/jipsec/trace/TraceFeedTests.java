package org.jipsec.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jipsec.trace.TracedHosts.LEFT;
import static org.jipsec.trace.TracedHosts.RIGHT;
import static org.jipsec.trace.TracedHosts.STRANGER;
import static org.jipsec.trace.TracedHosts.explanations;
import static org.jipsec.trace.TracedHosts.ping;
import static org.jipsec.trace.TracedHosts.tcp;

import org.jipsec.dataplane.Verdict;
import org.jipsec.sadb.Direction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

class TraceFeedTests {
    private final TracedHosts hosts = new TracedHosts();

    @Test
    void tellsOfEachPacketWhatBecameOfItAndWhy() throws Exception {
        TraceListener listener = hosts.feed.listen(TraceFilter.parse(""));
        hosts.exchange();
        assertThat(explanations(listener))
                .containsExactly(
                        "2 esp 0x00000201, policy 1 192.168.1.100/32 > 192.168.2.100/32 out ipsec",
                        "2 esp 0x00000301, policy 8 192.168.2.100/32 > 192.168.1.100/32 in ipsec",
                        "1 clear, no policy",
                        "1 DROP policy-unprotected, policy 8 192.168.2.100/32 > 192.168.1.100/32 in"
                            + " ipsec: The packet came without the protection that its policy asks"
                            + " for.",
                        "1 DROP replayed, esp 0x00000301: The sequence number was seen"
                                + " before.",
                        "1 DROP no-sa: No SA has the packet's SPI.");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "'' | 123456",
                "in | 2456",
                "out | 13",
                "host 192.168.1.100 | 123456",
                "host 10.9.8.7 | 3",
                "src host 10.9.8.7 | -",
                "dst net 10.0.0.0/8 | 3",
                "net 10.9.8.7 | 3",
                "net 2001:db8::/32 | -",
                "port 443 | 3",
                "dst port 443 | 3",
                "src port 443 | -",
                "port 0x1bb | 3",
                "esp | 1256",
                "proto 50 | 1256",
                "icmp | 124",
                "tcp | 3",
                "spi 0x201 | 1",
                "spi 513 | 1",
                "spi 0x999 | 6",
                "policy 8 | 24",
                "drop | 456",
                "drop no-sa | 6",
                "clear | 3",
                "not drop | 123",
                "! (drop or clear) | 12",
                "in and not drop | 2",
                "in drop spi 0x301 | 5",
                "drop no-sa or drop replayed && in | 56",
                "'TCP || Drop' | 3456",
            })
    void showsWhatTheFilterSays(String filter, String expected) throws Exception {
        TraceListener all = hosts.feed.listen(TraceFilter.parse(""));
        TraceListener some = hosts.feed.listen(TraceFilter.parse(filter));
        hosts.exchange();
        List<String> everything = explanations(all);
        String shown =
                explanations(some).stream()
                        .map(line -> String.valueOf(everything.indexOf(line) + 1))
                        .reduce("", String::concat);
        assertThat(shown).isEqualTo(expected == null ? "" : expected);
    }

    @Test
    void isOnThePathOnlyWhileSomebodyListens() throws Exception {
        assertThat(hosts.isTapped()).isFalse();
        TraceListener one = hosts.feed.listen(TraceFilter.parse("drop"));
        TraceListener other = hosts.feed.listen(TraceFilter.parse("in"));
        assertThat(hosts.feed.listeners()).isEqualTo(2);
        one.close();
        one.close();
        assertThat(hosts.isTapped()).isTrue();
        other.close();
        assertThat(hosts.isTapped()).isFalse();
        hosts.exchange();
        assertThat(other.next(0)).isEmpty();
    }

    @Test
    void countsWhatASlowListenerLoses() throws Exception {
        TraceListener listener = hosts.feed.listen(TraceFilter.parse(""));
        for (int i = 0; i < TraceListener.MOST_PACKETS + 3; i++) {
            hosts.left.send(tcp(LEFT, STRANGER, 1, 2));
        }
        TraceFrame first = listener.next(0).orElseThrow();
        assertThat(first.lost()).isEqualTo(3);
        assertThat(first.packets()).hasSize(1);
        for (int i = 1; i < TraceListener.MOST_PACKETS; i++) {
            assertThat(listener.next(0).orElseThrow().lost()).isEqualTo(3);
        }
        assertThat(listener.next(0)).isEmpty();
    }

    @Test
    void tellsOfALossAlsoWhenNoPacketFollows() throws Exception {
        TraceListener listener = hosts.feed.listen(TraceFilter.parse(""));
        for (int i = 0; i < TraceListener.MOST_PACKETS; i++) {
            listener.offer(
                    new Sighting(
                            TracedHosts.NOW,
                            Direction.OUT,
                            TracedHosts.ipv4(LEFT, STRANGER, 200, new byte[5000]),
                            List.of(),
                            Verdict.Kind.SEND,
                            Optional.empty(),
                            Optional.empty(),
                            List.of(),
                            false,
                            List.of()));
        }
        int shown = 0;
        TraceFrame last = listener.next(0).orElseThrow();
        while (true) {
            shown += last.packets().size();
            Optional<TraceFrame> next = listener.next(0);
            if (next.isEmpty()) {
                break;
            }
            last = next.get();
        }
        assertThat(shown).isEqualTo(TraceListener.MOST_OCTETS / 5020);
        assertThat(last.lost()).isEqualTo(TraceListener.MOST_PACKETS - shown);
    }

    @Test
    void travelsInFrames() throws Exception {
        TraceListener listener = hosts.feed.listen(TraceFilter.parse(""));
        hosts.left.send(ping(LEFT, RIGHT));
        TraceFrame sent = listener.next(0).orElseThrow();
        byte[] octets = sent.encode().array();
        TraceFrame came = TraceFrame.read(stream(octets));
        assertThat(came).isNotNull();
        assertThat(came.packets()).isEqualTo(sent.packets()).hasSize(2);
        TraceFrame.Packet inner = came.packets().getFirst();
        assertThat(inner.outside()).isFalse();
        assertThat(inner.inward()).isFalse();
        assertThat(inner.time()).isEqualTo(TracedHosts.NOW);
        assertThat(inner.octets()).isEqualTo(ping(LEFT, RIGHT));
        assertThat(came.packets().getLast().outside()).isTrue();
        assertThat(TraceFrame.read(stream(new byte[0]))).isNull();
        assertThat(TraceFrame.header("test").packets()).isEmpty();
    }

    @Test
    void refusesWhatIsNoFrame() {
        byte[] endless = {-1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
        assertThatThrownBy(() -> TraceFrame.read(stream(endless))).isInstanceOf(IOException.class);
        byte[] cut = {0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        assertThatThrownBy(() -> TraceFrame.read(stream(cut))).isInstanceOf(IOException.class);
        byte[] half = {0, 0, 0, 6, 0, 0, 0, 1};
        assertThatThrownBy(() -> new TraceFrame(0, half).packets()).isInstanceOf(IOException.class);
        byte[] wrong = {0, 0, 0, 6, 0, 0, 0, 99, 0, 0, 0, 12};
        assertThatThrownBy(() -> new TraceFrame(0, wrong).packets())
                .isInstanceOf(IOException.class);
    }

    private static DataInputStream stream(byte[] octets) {
        return new DataInputStream(new ByteArrayInputStream(octets));
    }
}
