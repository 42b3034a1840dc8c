"""What was measured, as a table, as CSV and as a picture. Medians over the rounds."""

import csv
import statistics
from html import escape

TITLES = {
    "tcp1": "TCP, one stream",
    "tcp8": "TCP, eight streams",
    "udp1400": "UDP, 1400-octet packets, loss-free",
    "udp1400-flood": "the same, offered twice as much",
    "udp64": "UDP, 64-octet packets, loss-free",
    "udp64-flood": "the same, offered twice as much",
}


class Results:
    """Samples by tunnel and measure, one of each per round."""

    def __init__(self, tunnels):
        self.tunnels = tunnels
        self.samples = {}

    def add(self, tunnel, measure, sample):
        self.samples.setdefault((tunnel, measure), []).append(sample)

    def all(self, tunnel, measure):
        return self.samples.get((tunnel, measure), [])

    def median(self, tunnel, measure, of=lambda sample: sample.rate):
        samples = self.all(tunnel, measure)
        return statistics.median(map(of, samples)) if samples else None

    def ratio(self, tunnel, other, measure, of=lambda sample: sample.rate):
        ours, theirs = self.median(tunnel, measure, of), self.median(other, measure, of)
        return ours / theirs if ours and theirs else None

    def rows(self):
        return [tunnel for tunnel in self.tunnels if any(name == tunnel.name for name, _ in self.samples)]

    def measures(self):
        return [measure for measure in TITLES if any(has == measure for _, has in self.samples)]


def libipsec_of(name):
    """The row of kernel-libipsec that `name` is compared with: of the same suite, where there is one."""
    suite = name.rpartition("-")[2]
    return f"libipsec-{suite if suite in ('gcm', 'chacha', 'cbc', '3des') else 'chacha'}"


def number(value, digits=3):
    """`digits` significant digits, as far as they are before the point."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    decimals = 0
    while abs(value) * 10**decimals < 10 ** (digits - 1) and decimals < 3:
        decimals += 1
    return f"{value:.{decimals}f}"


def percent(value):
    return "" if value is None else f"{100 * value:.{0 if value > 0.095 else 1}f} %"


def tables(results):
    """Markdown: one table for TCP, one for UDP, one line per tunnel."""
    measures = results.measures()
    for title, protocol in (("TCP", "tcp"), ("UDP without loss", "udp")):
        columns = [column for measure in measures if measure.startswith(protocol) for column in columns_of(results, measure)]
        if columns:
            head = [title, *(name for name, _ in columns)]
            body = [[tunnel.label, *(cell(tunnel.name) for _, cell in columns)] for tunnel in results.rows()]
            yield markdown([head, *body])


def columns_of(results, measure):
    """The columns that a measure fills: what stands above and how a tunnel's cell is made."""

    def cell(of, digits=3):
        return lambda name: number(results.median(name, measure, of), digits)

    def of_veth(name):
        return "" if name == "veth" else percent(results.ratio(name, "veth", measure))

    def times_libipsec(name):
        other = libipsec_of(name)
        ratio = None if name in ("veth", other) else results.ratio(name, other, measure)
        return "" if ratio is None else number(ratio, 2)

    if measure.endswith("-flood"):
        return [("kept of twice", lambda name: percent(results.median(name, measure, lambda s: 1 - s.loss)))]
    if measure.startswith("tcp"):
        streams = {"tcp1": "one stream", "tcp8": "eight streams"}[measure]
        first = (f"{streams}, Mbit/s", cell(lambda s: s.rate / 1e6))
    else:
        first = (f"{measure[3:]} octets, 1000/s", cell(lambda s: s.packets / 1e3))
    return [first, ("of veth", of_veth), ("× libipsec", times_libipsec), ("Gbit/CPU-s", cell(lambda s: s.per_cpu, 2))]


def markdown(lines):
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]

    def row(cells):
        padded = [cells[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join(["-" * (widths[0] + 2)] + ["-" * (width + 1) + ":" for width in widths[1:]]) + "|"
    return "\n".join([row(lines[0]), rule, *map(row, lines[1:])])


def csv_file(results, path):
    """Every sample: rounds are numbered as they were measured."""
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(
            "tunnel,measure,round,seconds,mbit_per_s,packets_per_s,packets_sent,packets_lost,tcp_retransmits,"
            "gbit_per_cpu_s,tunnel_cpu_s,iperf3_cpu_s,machine_cpu_s".split(",")
        )
        for (tunnel, measure), samples in results.samples.items():
            for index, s in enumerate(samples, 1):
                packets = [f"{s.packets:.0f}", s.sent, s.lost, ""] if s.sent else ["", "", "", s.retransmits]
                writer.writerow(
                    [tunnel, measure, index, f"{s.seconds:.2f}", f"{s.rate / 1e6:.2f}", *packets, f"{s.per_cpu:.4f}"]
                    + [f"{s.tunnel_cpu:.2f}", f"{s.iperf_cpu:.2f}", f"{s.machine_cpu:.2f}"]
                )


COLOURS = {"jipsec-udp": "#1f6f8b", "jipsec-raw": "#63a4b8", "libipsec": "#c8553d", "wireguard": "#8a6fa8", "openvpn": "#b08d3c"}
PANELS = [
    ("tcp1", "TCP, one stream, Mbit/s", lambda s: s.rate / 1e6),
    ("tcp1", "the same, Gbit per CPU-second", lambda s: s.per_cpu),
    ("udp1400", "UDP 1400 without loss, 1000 packets/s", lambda s: s.packets / 1e3),
]


def picture(results, path, caption):
    """Bars of the medians, a line from the least to the greatest of the rounds. Plain veth is only said: it is off the scale."""
    rows = [tunnel for tunnel in results.rows() if tunnel.name != "veth"]
    panels = [panel for panel in PANELS if panel[0] in results.measures()]
    left, top, height, width, gap = 265, 62, 24, 220, 62
    total_width, total_height = left + len(panels) * (width + gap), top + height * len(rows) + 46
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_width} {total_height}" width="{total_width}" '
        f'height="{total_height}" font-family="Helvetica, Arial, sans-serif" font-size="12">',
        f"<title>{escape(caption)}</title>",
        f'<rect width="{total_width}" height="{total_height}" fill="#ffffff"/>',
    ]

    def text(x, y, content, **attributes):
        more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
        out.append(f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(content)}</text>')

    text(10, 22, caption, font_size=14, font_weight="bold", fill="#222222")
    for index, tunnel in enumerate(rows):
        text(left - 8, top + index * height + 16, tunnel.label, text_anchor="end", fill="#222222")
    for panel, (measure, title, of) in enumerate(panels):
        x = left + panel * (width + gap)
        values = {tunnel.name: [of(sample) for sample in results.all(tunnel.name, measure)] for tunnel in rows}
        most = max((max(samples) for samples in values.values() if samples), default=1) or 1
        text(x, top - 12, title, fill="#444444")
        for index, tunnel in enumerate(rows):
            samples = values[tunnel.name]
            if not samples:
                continue
            y, scale = top + index * height, width / most
            middle = statistics.median(samples)
            colour = next((colour for start, colour in COLOURS.items() if tunnel.name.startswith(start)), "#777777")
            out.append(f'<rect x="{x}" y="{y + 4}" width="{max(1, middle * scale):.1f}" height="{height - 8}" fill="{colour}"/>')
            if len(samples) > 1:
                ends = (x + min(samples) * scale, x + max(samples) * scale)
                out.append(
                    f'<path d="M{ends[0]:.1f} {y + height / 2}H{ends[1]:.1f}" stroke="#222222" stroke-width="1.2" fill="none"/>'
                )
            text(x + max(max(samples), middle) * scale + 5, y + 16, number(middle), fill="#222222")
        veth = results.median("veth", measure, of)
        if veth:
            text(x, top + len(rows) * height + 18, f"plain veth: {number(veth)}", fill="#666666")
    rounds = max((len(samples) for samples in results.samples.values()), default=0)
    note = f"Medians of {rounds} rounds in alternation" if rounds > 1 else "One round"
    text(10, total_height - 10, note + "; both ends and both iperf3 on the same machine.", fill="#666666", font_size=11)
    out.append("</svg>")
    with open(path, "w") as file:
        file.write("\n".join(out) + "\n")


def by_rate(sample):
    return sample.rate


LIMITS = [
    # ours, theirs, measure, at least so many times theirs
    ("jipsec-udp-gcm", "libipsec-gcm", "tcp1", 6),
    ("jipsec-udp-gcm", "wireguard-go", "tcp1", 6),
    ("jipsec-udp-gcm", "veth", "tcp1", 0.2),
    ("jipsec-raw-gcm", "libipsec-gcm", "tcp1", 3),
    ("jipsec-udp-cbc", "libipsec-cbc", "tcp1", 3),
    ("jipsec-udp-3des", "libipsec-3des", "tcp1", 1),
    ("jipsec-udp-gcm", "libipsec-gcm", "udp1400", 2),
]


def check(results, margin):
    """Prints what this project promises beside what was measured; true when all of it holds.

    @param margin divides the limits, for machines on which others work, too
    """
    good = True
    for ours, theirs, measure, least in LIMITS:
        ratio = results.ratio(ours, theirs, measure)
        if ratio is None:
            continue
        held = ratio * margin >= least
        good = good and held
        allowed = f" (with a margin of {margin:g}: {least / margin:.3g})" if margin != 1 else ""
        print(
            f"{'ok    ' if held else 'FAILED'} {ours} / {theirs}, {TITLES[measure]}: {number(ratio)}, at least {least:g}{allowed}"
        )
    return good
