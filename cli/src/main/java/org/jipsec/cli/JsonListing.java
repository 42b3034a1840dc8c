package org.jipsec.cli;

import org.jipsec.diag.JsonWriter;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.sadb.Statistics;
import org.jipsec.sadb.UnknownParts;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/// SAs, policies and counters for programs: one object on one line, its `schema` counted up when a
/// name changes its meaning or goes.
final class JsonListing {
    private static final int SCHEMA = 1;

    private final JsonWriter json = new JsonWriter();
    private final boolean withKeys;

    private JsonListing(boolean withKeys) {
        this.withKeys = withKeys;
    }

    static String associations(List<SaSnapshot> snapshots, boolean withKeys) {
        JsonListing listing = new JsonListing(withKeys);
        listing.begin("associations").open('[');
        for (SaSnapshot snapshot : snapshots) {
            listing.association(snapshot);
        }
        listing.json.close(']').close('}');
        return listing.json.toString();
    }

    static String policies(List<PolicySnapshot> snapshots) {
        JsonListing listing = new JsonListing(false);
        listing.begin("policies").open('[');
        for (PolicySnapshot snapshot : snapshots) {
            listing.policy(snapshot);
        }
        listing.json.close(']').close('}');
        return listing.json.toString();
    }

    static String statistics(Statistics statistics) {
        JsonListing listing = new JsonListing(false);
        listing.begin("counters").open('{');
        for (Statistics.Counter counter : statistics.counters()) {
            listing.json.name(counter.name()).number(counter.value());
        }
        listing.json.close('}').name("drops").open('[');
        for (Statistics.Drop drop : statistics.drops()) {
            listing.json.open('{').name("reason").string(drop.name());
            listing.json.name("meaning").string(drop.sentence());
            listing.json.name("packets").number(drop.packets()).close('}');
        }
        listing.json.close(']').close('}');
        return listing.json.toString();
    }

    static String spi(Spi spi) {
        JsonListing listing = new JsonListing(false);
        listing.begin("reservedSpi").string(spi.toString());
        return listing.json.close('}').toString();
    }

    private JsonWriter begin(String what) {
        return json.open('{').name("schema").number(SCHEMA).name(what);
    }

    private void association(SaSnapshot snapshot) {
        SecurityAssociation sa = snapshot.association();
        json.open('{');
        end("source", sa.source());
        end("destination", sa.destination());
        json.name("protocol").string(sa.protocol().word());
        json.name("spi").string(sa.spi().toString());
        UnknownParts unknown = snapshot.unknown();
        json.name("mode").string(or(unknown.mode(), sa.mode().word()));
        json.name("reqid").number(Integer.toUnsignedLong(sa.reqid()));
        if (sa.encryption() != EncryptionAlgorithm.NONE || !unknown.encryption().isEmpty()) {
            String name = or(unknown.encryption(), sa.encryption().word());
            algorithm("encryption", name, sa.encryptionKey());
        }
        if (sa.authentication() != AuthAlgorithm.NONE || !unknown.authentication().isEmpty()) {
            String name = or(unknown.authentication(), sa.authentication().word());
            algorithm("authentication", name, sa.authenticationKey());
        }
        if (sa.compression() != CompressionAlgorithm.NONE || !unknown.compression().isEmpty()) {
            json.name("compression").string(or(unknown.compression(), sa.compression().word()));
        }
        json.name("replayWindow").number(sa.replayWindow());
        json.name("extendedSequence").bool(sa.extendedSequence());
        if (sa.encapsulation().isPresent()) {
            json.name("udpEncapsulation").bool(true);
        }
        json.name("state").string(snapshot.state().word());
        current(snapshot.current());
        lifetime("hard", sa.hard());
        lifetime("soft", sa.soft());
        json.close('}');
    }

    /// What only the kernel has a word for is named as the kernel calls it.
    private static String or(String unknown, String word) {
        return unknown.isEmpty() ? word : unknown;
    }

    private void algorithm(String kind, String word, Secret key) {
        json.name(kind).open('{').name("algorithm").string(word);
        json.name("keyBits").number(key.bits());
        if (withKeys) {
            json.name("key").string(HexFormat.of().formatHex(key.toArray()));
        }
        json.close('}');
    }

    private void policy(PolicySnapshot snapshot) {
        Policy policy = snapshot.policy();
        Selector selector = policy.selector();
        json.open('{').name("id").number(Integer.toUnsignedLong(policy.id()));
        json.name("direction").string(policy.direction().word());
        json.name("action").string(policy.action().word());
        json.name("priority").number(Integer.toUnsignedLong(policy.priority()));
        json.name("source").string(prefix(selector.source()));
        json.name("sourcePort").number(selector.sourcePort());
        json.name("destination").string(prefix(selector.destination()));
        json.name("destinationPort").number(selector.destinationPort());
        json.name("protocol").number(selector.protocol());
        json.name("rules").open('[');
        for (PolicyRule rule : policy.rules()) {
            rule(rule);
        }
        json.close(']');
        current(snapshot.current());
        lifetime("lifetime", policy.lifetime());
        json.close('}');
    }

    private void rule(PolicyRule rule) {
        json.open('{').name("protocol").string(rule.protocol().word());
        json.name("mode").string(rule.mode().word());
        json.name("level").string(rule.level().word());
        json.name("reqid").number(Integer.toUnsignedLong(rule.reqid()));
        if (rule.endpoints().isPresent()) {
            end("source", rule.endpoints().get().source());
            end("destination", rule.endpoints().get().destination());
        }
        json.close('}');
    }

    private void end(String name, Endpoint endpoint) {
        json.name(name).string(IpText.text(endpoint.address()));
        if (endpoint.port() != 0) {
            json.name(name + "Port").number(endpoint.port());
        }
    }

    private static String prefix(Prefix prefix) {
        return IpText.text(prefix.address()) + "/" + prefix.length();
    }

    private void current(CurrentLifetime current) {
        json.name("created").string(current.added().toString());
        if (current.firstUsed().isPresent() && !current.firstUsed().get().equals(Instant.EPOCH)) {
            json.name("used").string(current.firstUsed().get().toString());
        }
        json.name("bytes").number(current.bytes());
        json.name("packets").number(current.packets());
    }

    private void lifetime(String name, Lifetime lifetime) {
        if (lifetime.isUnlimited()) {
            return;
        }
        json.name(name).open('{');
        json.name("seconds").number(lifetime.sinceAdded().toSeconds());
        json.name("secondsUsed").number(lifetime.sinceUsed().toSeconds());
        json.name("bytes").number(lifetime.bytes());
        json.name("packets").number(lifetime.packets());
        json.close('}');
    }
}
