"""Makes isakmp/scapy-messages.txt: ISAKMP messages that scapy builds, each with what it was told to build.
Run as: /usr/bin/python3 isakmp_oracle.py > ../isakmp/scapy-messages.txt"""
import random
import warnings

warnings.filterwarnings("ignore")
from scapy.config import conf

conf.use_pcap = False
from scapy.layers.isakmp import (ISAKMP, ISAKMP_payload_Hash, ISAKMP_payload_ID, ISAKMP_payload_KE,
                                 ISAKMP_payload_Nonce, ISAKMP_payload_Proposal, ISAKMP_payload_SA,
                                 ISAKMP_payload_Transform, ISAKMP_payload_VendorID)
from scapy.packet import Raw

chance = random.Random(2409)

# types of phase 1 attributes and the names that scapy has for them, where it needs them
NAMES = {1: "Encryption", 2: "Hash", 3: "Authentication", 4: "GroupDesc", 11: "LifeType", 12: "LifeDuration",
         14: "KeyLength"}


def octets(least, most):
    return bytes(chance.randrange(256) for _ in range(chance.randint(least, most)))


def transforms():
    count = chance.randint(1, 6)
    whole, told = None, []
    for i in range(count):
        values = [(1, chance.choice([1, 3, 5, 6, 7, 8])), (2, chance.randint(1, 6)), (3, chance.randint(1, 5)),
                  (4, chance.randint(1, 21)), (14, 64 * chance.randint(1, 8)), (11, chance.randint(1, 2)),
                  (12, chance.choice([300, 28800, 86400, 0xffffffff]))]
        number = chance.randrange(256)
        each = ISAKMP_payload_Transform(num=number, id=1, transforms=[(NAMES[t], v) for t, v in values])
        whole = whole / each if whole else each
        told.append("%d:1" % number + "".join(" %d=%d" % pair for pair in values))
    return count, whole, ";".join(told)


def sa():
    count, chain, told = transforms()
    number = chance.randrange(256)
    # without an SPI: scapy 2.5.0 leaves it out of the proposal's length
    proposal = ISAKMP_payload_Proposal(proposal=number, proto=1, trans_nb=count, trans=chain)
    return ISAKMP_payload_SA(prop=proposal), "sa[%d/1//%s]" % (number, told)


def identification():
    kind, protocol, port = chance.choice([2, 3, 11, 200]), chance.randrange(256), chance.randrange(65536)
    value = octets(1, 40)
    return (ISAKMP_payload_ID(IDtype=kind, ProtoID=protocol, Port=port, load=value),
            "id[%d,%d,%d,%s]" % (kind, protocol, port, value.hex()))


def simple(layer, name, least, most):
    value = octets(least, most)
    return layer(load=value), "%s[%s]" % (name, value.hex())


def payload():
    return chance.choice([
        sa, identification, lambda: simple(ISAKMP_payload_KE, "ke", 1, 256),
        lambda: simple(ISAKMP_payload_Nonce, "nonce", 8, 256), lambda: simple(ISAKMP_payload_Hash, "hash", 1, 64),
        lambda: simple(ISAKMP_payload_VendorID, "vid", 1, 40)])()


for _ in range(300):
    initiator, responder = octets(8, 8), octets(8, 8)
    exchange, message_id = chance.choice([1, 2, 4, 5, 6, 32, 33]), chance.randrange(1 << 32)
    flags = chance.choice([0, 0, 0, 1, 2])
    head = ISAKMP(init_cookie=initiator, resp_cookie=responder, exch_type=exchange, flags=flags, id=message_id)
    told = "%s %s exchange=%d flags=%d id=%d" % (initiator.hex(), responder.hex(), exchange, flags, message_id)
    if flags & 1:
        first, body = chance.choice([5, 8]), octets(8, 100)
        head.next_payload = first
        packet = head / Raw(body)
        told += " encrypted=%d:%s" % (first, body.hex())
    else:
        packet = head
        for _ in range(chance.randint(1, 6)):
            each, words = payload()
            packet = packet / each
            told += " " + words
    print(bytes(packet).hex(), told)
