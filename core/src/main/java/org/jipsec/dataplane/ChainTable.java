package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/// A hash table of five longs to values, several of one key allowed, the newest first.
///
/// One writer at a time (whoever holds the engine's lock), any number of readers without a lock: a
/// reader sees each addition and removal either whole or not at all, and what stood in the table
/// throughout his search he finds. Growing copies the chains into a table twice as wide and then
/// publishes that. Reading allocates nothing.
final class ChainTable<V> {
    private static final int SMALLEST = 8;

    private volatile AtomicReferenceArray<@Nullable Node<V>> buckets =
            new AtomicReferenceArray<>(SMALLEST);
    private int size;

    /// One value with its key.
    static final class Node<V> {
        final int hash;
        final long a;
        final long b;
        final long c;
        final long d;
        final long e;
        volatile V value;
        volatile @Nullable Node<V> next;

        Node(long a, long b, long c, long d, long e, int hash, V value) {
            this.a = a;
            this.b = b;
            this.c = c;
            this.d = d;
            this.e = e;
            this.hash = hash;
            this.value = value;
        }

        boolean is(long a, long b, long c, long d, long e) {
            return this.d == d && this.b == b && this.e == e && this.a == a && this.c == c;
        }

        /// The next value of the same key.
        @Nullable Node<V> sibling() {
            Node<V> node = next;
            while (node != null && !node.is(a, b, c, d, e)) {
                node = node.next;
            }
            return node;
        }
    }

    static int hash(long a, long b, long c, long d, long e) {
        long mixed = b * 0x9e37_79b9_7f4a_7c15L + d;
        mixed = (mixed ^ (mixed >>> 32)) * 0xd6e8_feb8_6659_fd93L + e;
        if ((a | c) != 0) {
            mixed += (a ^ Long.rotateLeft(c, 29)) * 0xbf58_476d_1ce4_e5b9L;
        }
        mixed = (mixed ^ (mixed >>> 29)) * 0x94d0_49bb_1331_11ebL;
        return (int) (mixed >>> 32);
    }

    /// The newest value of a key; its [Node#sibling]s are the older ones.
    @Nullable Node<V> first(long a, long b, long c, long d, long e) {
        AtomicReferenceArray<@Nullable Node<V>> table = buckets;
        int hash = hash(a, b, c, d, e);
        Node<V> node = table.getAcquire(hash & (table.length() - 1));
        while (node != null && !node.is(a, b, c, d, e)) {
            node = node.next;
        }
        return node;
    }

    void add(long a, long b, long c, long d, long e, V value) {
        if (size >= buckets.length()) {
            grow();
        }
        AtomicReferenceArray<@Nullable Node<V>> table = buckets;
        int hash = hash(a, b, c, d, e);
        int index = hash & (table.length() - 1);
        Node<V> node = new Node<>(a, b, c, d, e, hash, value);
        node.next = table.getPlain(index);
        table.setRelease(index, node);
        size++;
    }

    /// @return false when there is no such value under this key
    @SuppressWarnings("ReferenceEquality") // the very value that was added
    boolean remove(long a, long b, long c, long d, long e, V value) {
        AtomicReferenceArray<@Nullable Node<V>> table = buckets;
        int index = hash(a, b, c, d, e) & (table.length() - 1);
        Node<V> before = null;
        for (Node<V> node = table.getPlain(index); node != null; node = node.next) {
            if (node.value == value && node.is(a, b, c, d, e)) {
                if (before == null) {
                    table.setRelease(index, node.next);
                } else {
                    before.next = node.next;
                }
                size--;
                return true;
            }
            before = node;
        }
        return false;
    }

    /// Puts `now` in the place of `old`: a reader meets one of the two.
    @SuppressWarnings("ReferenceEquality") // the very value that was added
    void replace(long a, long b, long c, long d, long e, V old, V now) {
        Node<V> node = first(a, b, c, d, e);
        while (node != null && node.value != old) {
            node = node.sibling();
        }
        if (node == null) {
            throw new IllegalStateException("nothing to replace");
        }
        node.value = now;
    }

    void forEach(Consumer<V> action) {
        AtomicReferenceArray<@Nullable Node<V>> table = buckets;
        for (int i = 0; i < table.length(); i++) {
            for (Node<V> node = table.getPlain(i); node != null; node = node.next) {
                action.accept(node.value);
            }
        }
    }

    void clear() {
        size = 0;
        buckets = new AtomicReferenceArray<>(SMALLEST);
    }

    int size() {
        return size;
    }

    private void grow() {
        AtomicReferenceArray<@Nullable Node<V>> old = buckets;
        int width = old.length() * 2;
        AtomicReferenceArray<@Nullable Node<V>> wider = new AtomicReferenceArray<>(width);
        for (int i = 0; i < old.length(); i++) {
            Node<V> low = null;
            Node<V> high = null;
            for (Node<V> node = old.getPlain(i); node != null; node = node.next) {
                Node<V> copy =
                        new Node<>(node.a, node.b, node.c, node.d, node.e, node.hash, node.value);
                boolean upper = (node.hash & old.length()) != 0;
                Node<V> last = upper ? high : low;
                if (last == null) {
                    wider.setPlain(upper ? i + old.length() : i, copy);
                } else {
                    last.next = copy;
                }
                if (upper) {
                    high = copy;
                } else {
                    low = copy;
                }
            }
        }
        buckets = wider;
    }
}
