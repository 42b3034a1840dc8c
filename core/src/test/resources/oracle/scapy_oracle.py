"""A second opinion on IPsec packets, by scapy and python3-cryptography.

Reads one JSON object a line, answers one a line:
  {"do": "protect", "sa": SA, "packet": HEX}    {"packet": HEX} or {"error": TEXT}
  {"do": "unprotect", "sa": SA, "packet": HEX}  the same
  {"do": "algorithms"}                          {"crypt": [NAME, ...], "auth": [NAME, ...]}
  {"do": "segment", "packet": HEX, "size": N}   {"packets": [HEX, ...]}, a TCP or UDP packet cut to payloads of N
  {"do": "complete", "packet": HEX}             {"packet": HEX}, with checksums of scapy's
SA: "proto" esp or ah, "spi", "seq"; "crypt" and "auth", scapy's names, with "ckey" and "akey" in hex;
    "tunnel": [SOURCE, DESTINATION] for tunnel mode; "natt": [SOURCE PORT, DESTINATION PORT] for ESP in UDP;
    "esn", the high half of the sequence number.
Packets are whole IP packets.
"""
import json
import sys
import warnings

warnings.filterwarnings("ignore")
from scapy.config import conf

conf.use_pcap = False
from scapy.layers import ipsec
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.packet import Raw


def load(octets):
    return (IPv6 if octets[0] >> 4 == 6 else IP)(octets)


def association(sa):
    arguments = {}
    if "tunnel" in sa:
        source, destination = sa["tunnel"]
        outer = IPv6 if ":" in source else IP
        arguments["tunnel_header"] = outer(src=source, dst=destination)
    if "auth" in sa:
        arguments["auth_algo"] = sa["auth"]
        arguments["auth_key"] = bytes.fromhex(sa["akey"]) or None
    if "crypt" in sa:
        arguments["crypt_algo"] = sa["crypt"]
        arguments["crypt_key"] = bytes.fromhex(sa["ckey"]) or None
    if "esn" in sa:
        arguments["esn_en"] = True
        arguments["esn"] = sa["esn"]
    protocol = ipsec.ESP if sa["proto"] == "esp" else ipsec.AH
    return ipsec.SecurityAssociation(protocol, spi=sa["spi"], seq_num=sa["seq"], **arguments)


def split(packet):
    """The IP header, parsed, and what is behind it; no options or extension headers here."""
    octets = bytes(packet)
    size = 40 if octets[0] >> 4 == 6 else (octets[0] & 15) * 4
    header = load(octets[:size])
    header.remove_payload()
    return header, octets[size:]


def join(header, protocol, body):
    if header.version == 6:
        header.nh = protocol
        header.plen = len(body)
    else:
        header.proto = protocol
        header.len = 20 + len(body)
        del header.chksum
    return load(bytes(header / Raw(body)))


def protect(sa, packet):
    protected = association(sa).encrypt(packet, seq_num=sa["seq"])
    if "natt" in sa:  # scapy 2.5.0 writes a wrong UDP length itself
        header, body = split(protected)
        source, destination = sa["natt"]
        udp = UDP(sport=source, dport=destination, len=8 + len(body), chksum=0)
        protected = join(header, 17, bytes(udp) + body)
    return protected


def unprotect(sa, packet):
    if "natt" in sa:
        header, body = split(packet)
        packet = join(header, 50, body[8:])
    return association(sa).decrypt(packet)


def upper(packet):
    return packet[TCP] if TCP in packet else packet[UDP]


def complete(packet):
    """Lets scapy compute lengths and checksums."""
    if IP in packet:
        del packet[IP].len
        del packet[IP].chksum
    else:
        del packet[IPv6].plen
    if UDP in packet:
        del packet[UDP].len
    if TCP in packet or UDP in packet:
        del upper(packet).chksum
    return bytes(packet)


def segment(octets, size):
    data = bytes(upper(load(octets)).payload)
    starts = range(0, len(data), size)
    for number, start in enumerate(starts):
        packet = load(octets)
        upper(packet).remove_payload()
        upper(packet).add_payload(Raw(data[start:start + size]))
        if IP in packet:
            packet[IP].id = (packet[IP].id + number) % 65536
        if TCP in packet:
            packet[TCP].seq = (packet[TCP].seq + start) % (1 << 32)
            flags = set(str(packet[TCP].flags))
            if number > 0:
                flags -= set("C")
            if number < len(starts) - 1:
                flags -= set("FP")
            packet[TCP].flags = "".join(flags)
        yield complete(packet).hex()


def answer(question):
    if question["do"] == "segment":
        return {"packets": list(segment(bytes.fromhex(question["packet"]), question["size"]))}
    if question["do"] == "complete":
        return {"packet": complete(load(bytes.fromhex(question["packet"]))).hex()}
    if question["do"] == "algorithms":
        return {"crypt": sorted(ipsec.CRYPT_ALGOS), "auth": sorted(ipsec.AUTH_ALGOS)}
    work = {"protect": protect, "unprotect": unprotect}[question["do"]]
    return {"packet": bytes(work(question["sa"], load(bytes.fromhex(question["packet"])))).hex()}


for line in sys.stdin:
    try:
        result = answer(json.loads(line))
    except Exception as problem:  # whatever scapy objects to is its answer
        result = {"error": "%s: %s" % (type(problem).__name__, problem)}
    print(json.dumps(result), flush=True)
