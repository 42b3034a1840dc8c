package org.jipsec.os;

final class NetlinkSocket extends Descriptor {
    NetlinkSocket(int number) {
        super(number, "netlink");
    }
}
