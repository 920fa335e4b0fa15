//! Mutations of text: what the parser sees and no op shows, such as types that have to change everywhere at once.

use autodiff_tools::run::SplitMix;

/// A source of choices.
pub struct Dice(SplitMix);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(SplitMix::new(seed))
    }

    pub fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// A number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        ((self.0.bits() >> 16) % count.max(1) as u64) as usize
    }

    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub fn pick<'a, T>(&mut self, values: &'a [T]) -> Option<&'a T> {
        if values.is_empty() { None } else { Some(&values[self.below(values.len())]) }
    }
}

/// Words of which any may stand where another one of its row does.
const EXCHANGES: &[&[&str]] = &[
    &[
        "arith.addf",
        "arith.subf",
        "arith.mulf",
        "arith.divf",
        "arith.maximumf",
        "arith.minimumf",
        "arith.maxnumf",
        "arith.minnumf",
        "arith.remf",
        "math.atan2",
        "math.powf",
        "math.copysign",
    ],
    &[
        "math.sin",
        "math.cos",
        "math.tan",
        "math.tanh",
        "math.exp",
        "math.log",
        "math.sqrt",
        "math.rsqrt",
        "math.cbrt",
        "math.absf",
        "math.erf",
        "math.asinh",
        "math.log1p",
        "math.expm1",
        "math.floor",
        "math.ceil",
        "math.atan",
        "math.exp2",
        "math.log2",
        "math.round",
        "math.trunc",
        "math.acos",
        "math.acosh",
        "math.atanh",
        "arith.negf",
        "autodiff.stop_gradient",
    ],
    &[
        "arith.addi",
        "arith.subi",
        "arith.muli",
        "arith.andi",
        "arith.ori",
        "arith.xori",
        "arith.divsi",
        "arith.remsi",
        "arith.divui",
        "arith.maxsi",
        "arith.minsi",
        "arith.ceildivsi",
        "arith.floordivsi",
        "arith.shli",
        "arith.shrsi",
    ],
    &["complex.add", "complex.sub", "complex.mul", "complex.div", "complex.pow"],
    &["complex.exp", "complex.log", "complex.sin", "complex.cos", "complex.sqrt", "complex.neg", "complex.conj"],
    &[" olt,", " ogt,", " oeq,", " une,", " ord,", " uno,", " false,", " true,", " ole,", " ugt,"],
    &[" slt,", " sgt,", " eq,", " ne,", " ult,", " uge,", " sle,", " sge,"],
    &["memref.alloc(", "memref.alloca("],
    &["atomic_rmw addf", "atomic_rmw mulf", "atomic_rmw maximumf", "atomic_rmw minimumf", "atomic_rmw assign"],
    &["\"parallel\"", "\"reduction\""],
    &["block_id", "thread_id", "block_dim", "grid_dim"],
    &["  x\n", "  y\n", "  z\n"],
    &[" add ", " mul ", " maximumf ", " minimumf ", " maxnumf "],
    &["<add>", "<mul>", "<maximumf>", "<minimumf>", "<maxnumf>"],
    &["active_noneed", "active", "dup", "dup_noneed", "const"],
    &["autodiff.jvp", "autodiff.vjp", "func.call"],
    &["autodiff.augment", "autodiff.vjp"],
    &["func.func private", "func.func"],
    &["scf.parallel", "scf.forall"],
    &["fastmath<fast>", "fastmath<contract>", "fastmath<nnan>"],
    &["affine_map<(d0) -> (d0)>", "affine_map<(d0) -> (d0 + 1)>", "affine_map<(d0) -> (d0 floordiv 2)>"],
    &["(d0, d1)>", "(d1, d0)>", "(d0 + d1, d1)>"],
    &["workgroup", "private", "global"],
    &["true", "false"],
];

const ELEMENTS: &[&str] = &["f64", "f32", "f16", "bf16", "f128", "f80", "tf32", "complex<f64>", "complex<f32>"];
const INTEGERS: &[&str] = &["i64", "i32", "index", "i1", "i8", "i128", "i7"];

/// Names that only quoted symbols may have, and such as other tools give a meaning to.
const NAMES: &[&str] = &[
    "\"odd name\"",
    "\"\\C3\\A9t\\C3\\A9\"",
    "\"\\FF\\FE\"",
    "\"a.b::c\"",
    "\"%0\"",
    "\"-1\"",
    "malloc",
    "free",
    "main",
    "\"f.vjp.active\"",
    "\"\\0A\"",
    "\"@x\"",
    "_",
    "\"x\\22y\"",
    "memcpy",
    "printf",
    "\"llvm.sqrt.f64\"",
    "sin",
    "\"0\"",
    "f_vjp",
    "\"/\"",
];

const INTEGER_VALUES: &[&str] = &["0", "1", "2", "-1", "3", "5", "8", "17", "64"];
const FLOAT_VALUES: &[&str] =
    &["0.0", "-0.0", "1.0", "-1.0", "0.5", "1.0e-300", "1.0e+30", "3.1415926535", "2.0", "-7.25"];

/// Changes a text in some way; `None` if that way has nothing to change.
pub fn mutate(text: &str, dice: &mut Dice) -> Option<String> {
    match dice.below(24) {
        0..=4 => exchange(text, dice),
        5..=8 => number(text, dice),
        9 | 10 => element(text, dice),
        11..=14 => shape(text, dice),
        15 | 16 => symbol(text, dice),
        17..=19 => request(text, dice),
        20 => line(text, dice),
        21 => token(text, dice),
        22 => attribute(text, dice),
        _ => bound(text, dice),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.' || byte == b'$'
}

/// Where a word stands that is not part of a longer one.
fn places(text: &str, word: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let (first, last) = (word.as_bytes()[0], word.as_bytes()[word.len() - 1]);
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| {
            let before = *at == 0 || !is_word(first) || !is_word(bytes[*at - 1]);
            let end = at + word.len();
            let after = end == bytes.len() || !is_word(last) || !is_word(bytes[end]);
            before && after
        })
        .collect()
}

fn replaced(text: &str, at: usize, length: usize, by: &str) -> String {
    format!("{}{by}{}", &text[..at], &text[at + length..])
}

fn exchange(text: &str, dice: &mut Dice) -> Option<String> {
    let rows: Vec<_> = EXCHANGES.iter().filter(|row| row.iter().any(|word| !places(text, word).is_empty())).collect();
    let row = dice.pick(&rows)?;
    let present: Vec<(usize, &str)> =
        row.iter().flat_map(|word| places(text, word).into_iter().map(move |at| (at, *word))).collect();
    let (at, old) = *dice.pick(&present)?;
    let new = dice.pick(row)?;
    (*new != old).then(|| replaced(text, at, old.len(), new))
}

/// Numbers that are no parts of types or names.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = vec![];
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let mut end = at;
        while end < bytes.len()
            && (bytes[end].is_ascii_alphanumeric()
                || bytes[end] == b'.'
                || (matches!(bytes[end], b'+' | b'-') && bytes[end - 1].eq_ignore_ascii_case(&b'e')))
        {
            end += 1;
        }
        let before = if at == 0 { b' ' } else { bytes[at - 1] };
        let is_number = bytes[at..end].iter().all(|byte| byte.is_ascii_digit() || b".eE+-".contains(byte));
        if is_number && (b" -[(,=<".contains(&before)) {
            let start = if before == b'-' { at - 1 } else { at };
            found.push((start, end - start));
        }
        at = end.max(at + 1);
    }
    found
}

fn number(text: &str, dice: &mut Dice) -> Option<String> {
    let (at, length) = *dice.pick(&numbers(text))?;
    let old = &text[at..at + length];
    let new = if old.contains('.') {
        (*dice.pick(FLOAT_VALUES)?).to_owned()
    } else if dice.one_in(3) {
        let value: i64 = old.parse().ok()?;
        value.checked_add([-1, 1, 2][dice.below(3)])?.to_string()
    } else {
        (*dice.pick(INTEGER_VALUES)?).to_owned()
    };
    Some(replaced(text, at, length, &new))
}

/// Where a type's name stands, also of the `x` of a shape.
fn type_places(text: &str, ty: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    text.match_indices(ty)
        .map(|(at, _)| at)
        .filter(|at| {
            let end = at + ty.len();
            let before = *at == 0
                || !is_word(bytes[*at - 1])
                || (bytes[*at - 1] == b'x'
                    && *at > 1
                    && (bytes[*at - 2].is_ascii_digit() || b"?*]".contains(&bytes[*at - 2])));
            before && (end == bytes.len() || !is_word(bytes[end]))
        })
        .collect()
}

/// Another element type everywhere.
fn element(text: &str, dice: &mut Dice) -> Option<String> {
    let row = if dice.one_in(3) { INTEGERS } else { ELEMENTS };
    let present: Vec<_> = row.iter().filter(|ty| !type_places(text, ty).is_empty()).collect();
    let old = **dice.pick(&present)?;
    let new = *dice.pick(row)?;
    let mut out = String::new();
    let mut last = 0;
    for at in type_places(text, old) {
        out += &text[last..at];
        out += new;
        last = at + old.len();
    }
    out += &text[last..];
    (new != old).then_some(out)
}

/// The types of buffers in a text.
fn shaped(text: &str) -> Vec<&str> {
    let mut found = vec![];
    for opening in ["memref<", "vector<", "tensor<"] {
        for (at, _) in text.match_indices(opening) {
            let mut depth = 0;
            for (index, byte) in text.as_bytes()[at..].iter().enumerate() {
                match byte {
                    b'<' => depth += 1,
                    b'>' if text.as_bytes()[at + index - 1] != b'-' => depth -= 1,
                    b'\n' => break,
                    _ => continue,
                }
                if depth == 0 {
                    found.push(&text[at..=at + index]);
                    break;
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Another shape, layout or memory space of one type, everywhere or (as in casts) once.
fn shape(text: &str, dice: &mut Dice) -> Option<String> {
    let old = *dice.pick(&shaped(text))?;
    let (kind, _) = old.split_once('<')?;
    let inner = &old[kind.len() + 1..old.len() - 1];
    let (body, rest) = match inner.find(", ") {
        Some(at) if !inner[..at].contains('<') => inner.split_at(at),
        _ => (inner, ""),
    };
    let mut parts: Vec<String> =
        if body.contains('<') { vec![body.into()] } else { body.split('x').map(Into::into).collect() };
    let rank = parts.len() - 1;
    let new = match dice.below(8) {
        0..=3 if rank > 0 => {
            let at = dice.below(rank);
            parts[at] = (*dice.pick(&["?", "1", "2", "3", "4", "0", "8", "5"])?).into();
            format!("{kind}<{}{rest}>", parts.join("x"))
        }
        4 => format!("{kind}<1x{body}{rest}>"),
        5 if rank > 0 => format!("{kind}<{}{rest}>", parts[1..].join("x")),
        6 if kind == "memref" => {
            let space = dice.pick(&[
                ", 1",
                ", 3",
                ", #gpu.address_space<workgroup>",
                ", #gpu.address_space<private>",
                ", \"x\"",
            ])?;
            format!("{kind}<{body}{rest}{space}>")
        }
        7 if kind == "memref" && rank > 0 && rest.is_empty() => {
            let strides = vec!["?"; rank].join(", ");
            match dice.below(3) {
                0 => format!("{kind}<*x{}>", parts[rank]),
                1 => format!("{kind}<{body}, strided<[{strides}], offset: ?>>"),
                _ => format!("{kind}<{body}, strided<[{}], offset: 1>>", vec!["2"; rank].join(", ")),
            }
        }
        _ => return None,
    };
    Some(if dice.one_in(6) { text.replacen(old, &new, 1) } else { text.replace(old, &new) })
}

/// Symbols that a text names.
fn symbols(text: &str) -> Vec<&str> {
    let mut found = vec![];
    for (at, _) in text.match_indices('@') {
        let rest = &text[at + 1..];
        let end = match rest.strip_prefix('"') {
            Some(quoted) => quoted.find('"').map(|end| end + 2),
            None => rest.find(|c: char| !(c.is_ascii_alphanumeric() || "_$.-".contains(c))),
        };
        found.push(&rest[..end.unwrap_or(rest.len())]);
    }
    found.sort_unstable();
    found.dedup();
    found.retain(|name| !name.is_empty());
    found
}

fn symbol(text: &str, dice: &mut Dice) -> Option<String> {
    let names = symbols(text);
    let old = *dice.pick(&names)?;
    let new = if dice.one_in(8) { *dice.pick(&names)? } else { *dice.pick(NAMES)? };
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        out += &rest[..=at];
        rest = &rest[at + 1..];
        let after = rest.strip_prefix(old).filter(|after| {
            !after.starts_with(|c: char| c.is_ascii_alphanumeric() || "_$.-".contains(c)) || old.starts_with('"')
        });
        if let Some(after) = after {
            out += new;
            rest = after;
        }
    }
    Some(out + rest)
}

/// Other activities, a width, strong zeros.
fn request(text: &str, dice: &mut Dice) -> Option<String> {
    let requests: Vec<_> = text
        .match_indices(" args [")
        .map(|(at, _)| at)
        .filter(|at| text[..*at].rsplit('\n').next().is_some_and(|line| line.contains("autodiff.")))
        .collect();
    let at = *dice.pick(&requests)?;
    let end = at + text[at..].find('\n').unwrap_or(text.len() - at);
    let line = &text[at..end];
    let colon = line.find(" : ")?;
    let new = match dice.below(4) {
        0 => format!("{} width {}{}", &line[..colon], ["0", "1", "2", "3", "8", "-1"][dice.below(6)], &line[colon..]),
        1 => format!("{} strong_zero{}", &line[..colon], &line[colon..]),
        _ => {
            let words: Vec<_> = ["active_noneed", "active", "dup_noneed", "dup", "const"]
                .iter()
                .flat_map(|word| places(&line[..colon], word).into_iter().map(move |at| (at, *word)))
                .collect();
            let (place, old) = *dice.pick(&words)?;
            let new = dice.pick(&["active_noneed", "active", "dup_noneed", "dup", "const"])?;
            replaced(line, place, old.len(), new)
        }
    };
    Some(format!("{}{new}{}", &text[..at], &text[end..]))
}

/// Leaves out a line, repeats it, or exchanges it with the next one.
fn line(text: &str, dice: &mut Dice) -> Option<String> {
    let mut lines: Vec<_> = text.lines().collect();
    let at = dice.below(lines.len());
    match dice.below(3) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at]),
        _ if at + 1 < lines.len() => lines.swap(at, at + 1),
        _ => return None,
    }
    Some(lines.join("\n") + "\n")
}

/// Leaves out a token, or puts one from elsewhere in its place.
fn token(text: &str, dice: &mut Dice) -> Option<String> {
    let mut tokens = vec![];
    let mut start = None;
    for (at, c) in text.char_indices() {
        let in_word = c.is_ascii_alphanumeric() || "_.%@#".contains(c);
        match (in_word, start) {
            (true, None) => start = Some(at),
            (false, Some(first)) => {
                tokens.push((first, at - first));
                start = None;
            }
            _ => {}
        }
    }
    let (at, length) = *dice.pick(&tokens)?;
    let (other, other_length) = *dice.pick(&tokens)?;
    let by = if dice.one_in(4) { "" } else { &text[other..other + other_length] };
    Some(replaced(text, at, length, by))
}

/// An attribute on a function.
fn attribute(text: &str, dice: &mut Dice) -> Option<String> {
    let attributes = [
        "no_inline",
        "llvm.emit_c_interface",
        "autodiff.unknown",
        "autodiff.rule = 1",
        "test.x = \"\\FF\"",
        "autodiff.vjp = @nobody",
        "autodiff.jvp = 3 : i32",
        "gpu.kernel",
        "passthrough = [\"noinline\"]",
        "llvm.readnone",
        "sym_visibility = \"nested\"",
        "autodiff.inactive",
        "dlti.dl_spec = 1",
    ];
    let heads: Vec<_> = text
        .match_indices("func.func ")
        .filter_map(|(at, _)| {
            let end = at + text[at..].find('\n')?;
            text[..end].ends_with('{').then_some(end - 1)
        })
        .collect();
    let at = *dice.pick(&heads)?;
    let new = dice.pick(&attributes)?;
    let head = &text[..at];
    let line = head.rsplit('\n').next().unwrap_or_default();
    if line.contains(" attributes {") {
        return Some(format!("{}, {new}}} {}", head.trim_end().trim_end_matches('}'), &text[at..]));
    }
    Some(format!("{head}attributes {{{new}}} {}", &text[at..]))
}

/// Another bound or step: one operand of a loop's head in the place of another.
fn bound(text: &str, dice: &mut Dice) -> Option<String> {
    let heads: Vec<_> = text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            ["scf.for ", "scf.parallel ", "affine.for ", "scf.forall ", "affine.parallel "]
                .iter()
                .any(|word| line.contains(word))
        })
        .map(|(index, _)| index)
        .collect();
    let at = *dice.pick(&heads)?;
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let names: Vec<_> = lines[at]
        .split('%')
        .skip(1)
        .map(|part| {
            part[..part.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '#')).unwrap_or(part.len())]
                .to_owned()
        })
        .collect();
    let (old, new) = (dice.pick(&names)?.clone(), dice.pick(&names)?.clone());
    let place = places(&lines[at], &format!("%{old}")).pop()?;
    lines[at] = replaced(&lines[at], place, old.len() + 1, &format!("%{new}"));
    Some(lines.join("\n") + "\n")
}
