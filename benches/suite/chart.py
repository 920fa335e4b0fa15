"""A bar chart of gradient over primal, one group of bars a program, in SVG."""

import math

COLOURS = {
    "autodiff": "#d1495b", "autodiff-lean": "#e8a0ab", "manual": "#66a182", "enzyme": "#2e4057", "jax": "#edae49",
    "torch": "#8d96a3", "adolc": "#a26769", "casadi": "#00798c",
}  # fmt: skip
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1100, 420, 50, 40, 70


def chart(results):
    """The axis is logarithmic, from 1 to the next power of ten."""
    ratios = {(n, p): results.own_ratio(n, p) for n in results.programs for p in results.peers}
    largest = max([value for value in ratios.values() if value] or [10.0])
    decades = max(1, math.ceil(math.log10(largest)))
    plot = HEIGHT - TOP - BOTTOM

    def y(value):
        return TOP + plot * (1 - math.log10(max(value, 1.0)) / decades)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="18" font-size="14">Time of the gradient over the time of the primal (C, clang-22 -O3)</text>',
    ]
    for decade in range(decades + 1):
        for step in (1, 2, 5) if decade < decades else (1,):
            value = step * 10**decade
            parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 10}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#ddd"/>')
            parts.append(f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value}</text>')
    group = (WIDTH - LEFT - 10) / max(1, len(results.programs))
    bar = group * 0.8 / max(1, len(results.peers))
    for i, program in enumerate(results.programs):
        start = LEFT + group * i + group * 0.1
        for j, peer in enumerate(results.peers):
            value = ratios[program, peer]
            if value:
                top = min(y(value), HEIGHT - BOTTOM - 1)
                parts.append(
                    f'<rect x="{start + bar * j:.1f}" y="{top:.1f}" width="{bar:.1f}" height="{HEIGHT - BOTTOM - top:.1f}" '
                    f'fill="{COLOURS.get(peer, "#999")}"><title>{program}, {peer}: {value:.2f}</title></rect>'
                )
        x, base = start + group * 0.4, HEIGHT - BOTTOM + 14
        parts.append(f'<text x="{x:.1f}" y="{base}" text-anchor="end" transform="rotate(-35 {x:.1f} {base})">{program}</text>')
    for j, peer in enumerate(results.peers):
        x = LEFT + 110 * j
        parts.append(f'<rect x="{x}" y="{HEIGHT - 14}" width="10" height="10" fill="{COLOURS.get(peer, "#999")}"/>')
        parts.append(f'<text x="{x + 14}" y="{HEIGHT - 5}">{peer}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
