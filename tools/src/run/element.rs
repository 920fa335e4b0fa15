//! Element types of arrays, and how their bytes are read and written.

use autodiff_dialect::ir::Type;
use half::{bf16, f16};

/// The type of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    F16,
    Bf16,
    F32,
    F64,
    Complex32,
    Complex64,
    /// A signless integer of this many bits: 1, 8, 16, 32 or 64.
    Int(u32),
    Index,
}

impl Element {
    /// The element type of MLIR, if arrays of it can be passed.
    pub fn of(ty: Type) -> Option<Self> {
        if ty.is_complex() {
            return match Self::of(ty.real())? {
                Self::F32 => Some(Self::Complex32),
                Self::F64 => Some(Self::Complex64),
                _ => None,
            };
        }
        if ty.is_index() {
            return Some(Self::Index);
        }
        match ty.bit_width()? {
            16 if ty.is_f16() => Some(Self::F16),
            16 if ty.is_bf16() => Some(Self::Bf16),
            32 if ty.is_float() => Some(Self::F32),
            64 if ty.is_float() => Some(Self::F64),
            bits @ (1 | 8 | 16 | 32 | 64) if ty.is_integer() => Some(Self::Int(bits)),
            _ => None,
        }
    }

    /// Bytes of one element.
    pub fn size(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 | Self::Complex32 | Self::Index => 8,
            Self::Complex64 => 16,
            Self::Int(bits) => bits.div_ceil(8) as usize,
        }
    }

    /// Whether it is a real or complex floating-point number.
    pub fn is_float(self) -> bool {
        !matches!(self, Self::Int(_) | Self::Index)
    }

    /// Whether it has a real and an imaginary part.
    pub fn is_complex(self) -> bool {
        matches!(self, Self::Complex32 | Self::Complex64)
    }

    /// The real type of a complex number; the type itself otherwise.
    pub fn real(self) -> Self {
        match self {
            Self::Complex32 => Self::F32,
            Self::Complex64 => Self::F64,
            other => other,
        }
    }

    /// The dtype of `.npy` files that are written.
    pub fn npy_type(self) -> &'static str {
        match self {
            Self::F16 => "<f2",
            Self::Bf16 => "<u2",
            Self::F32 => "<f4",
            Self::F64 => "<f8",
            Self::Complex32 => "<c8",
            Self::Complex64 => "<c16",
            Self::Int(1) => "|b1",
            Self::Int(8) => "|i1",
            Self::Int(16) => "<i2",
            Self::Int(32) => "<i4",
            Self::Int(_) | Self::Index => "<i8",
        }
    }

    /// Whether a `.npy` dtype has the same bytes.
    pub fn accepts(self, dtype: &str) -> bool {
        let Some((order, kind)) = dtype.split_at_checked(1) else { return false };
        let order_matters = self.size() > 1 && !kind.starts_with('V');
        if order == ">" || (order_matters && order != "<") {
            return false;
        }
        match self {
            Self::F16 => matches!(kind, "f2" | "u2" | "V2"),
            Self::Bf16 => matches!(kind, "u2" | "V2"),
            Self::Int(1) => matches!(kind, "b1"),
            Self::Int(_) | Self::Index => {
                matches!(kind.as_bytes().first(), Some(b'i' | b'u')) && kind[1..] == self.size().to_string()
            }
            _ => kind == &self.npy_type()[1..],
        }
    }

    /// Appends the real numbers after some bytes: one an element, two if complex.
    pub fn decode(self, bytes: &[u8]) -> Vec<f64> {
        let real = self.real();
        bytes.chunks_exact(real.size()).map(|chunk| real.decode_one(chunk)).collect()
    }

    /// The bytes of real numbers, rounded to the type.
    pub fn encode(self, numbers: &[f64]) -> Vec<u8> {
        let real = self.real();
        numbers.iter().flat_map(|number| real.encode_one(*number)).collect()
    }

    fn decode_one(self, chunk: &[u8]) -> f64 {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_le_bytes(word);
        match self {
            Self::F16 => f16::from_bits(bits as u16).to_f64(),
            Self::Bf16 => bf16::from_bits(bits as u16).to_f64(),
            Self::F32 => f32::from_bits(bits as u32).into(),
            Self::F64 => f64::from_bits(bits),
            _ => self.integer(chunk) as f64,
        }
    }

    /// Reads an integer; `i1` is 0 or 1.
    pub fn integer(self, chunk: &[u8]) -> i64 {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        let bits = i64::from_le_bytes(word);
        match self {
            Self::Int(1) => bits & 1,
            _ => {
                let unused = 64 - 8 * chunk.len() as u32;
                bits << unused >> unused
            }
        }
    }

    fn encode_one(self, number: f64) -> Vec<u8> {
        match self {
            Self::F16 => f16::from_f64(number).to_le_bytes().to_vec(),
            Self::Bf16 => bf16::from_f64(number).to_le_bytes().to_vec(),
            Self::F32 => (number as f32).to_le_bytes().to_vec(),
            Self::F64 => number.to_le_bytes().to_vec(),
            _ => (number as i64).to_le_bytes()[..self.size()].to_vec(),
        }
    }

    /// Reads a number as it stands on the command line.
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    pub fn parse(self, text: &str) -> Result<Vec<u8>, String> {
        let wrong = |what: &str| format!("expected {what}, got '{text}'");
        match self {
            Self::Complex32 | Self::Complex64 => {
                let parts = parse_complex(text).ok_or_else(|| wrong("a complex number such as 1+2j"))?;
                self.encode_finite(&parts, text)
            }
            Self::Int(bits) => {
                let number: i128 = match text {
                    "true" if bits == 1 => 1,
                    "false" if bits == 1 => 0,
                    _ => text.parse().map_err(|_| wrong("an integer"))?,
                };
                let range = -(1i128 << (bits - 1))..(1i128 << bits);
                if !range.contains(&number) {
                    return Err(wrong(&format!("an integer of {bits} bits")));
                }
                let number = if bits == 1 { number & 1 } else { number };
                Ok(number.to_le_bytes()[..self.size()].to_vec())
            }
            Self::Index => Ok(text.parse::<i64>().map_err(|_| wrong("an integer"))?.to_le_bytes().to_vec()),
            _ => self.encode_finite(&[text.parse().map_err(|_| wrong("a number"))?], text),
        }
    }

    /// The bytes of numbers, of which those alone may be infinite in this type that the text calls so.
    fn encode_finite(self, numbers: &[f64], text: &str) -> Result<Vec<u8>, String> {
        let bytes = self.encode(numbers);
        let too_large = self.decode(&bytes).iter().any(|number| number.is_infinite());
        if too_large && !text.to_ascii_lowercase().contains("inf") {
            return Err(format!("'{text}' is too large for its type"));
        }
        Ok(bytes)
    }

    /// Prints one element.
    pub fn format(self, chunk: &[u8]) -> String {
        match self {
            Self::Int(_) | Self::Index => self.integer(chunk).to_string(),
            Self::Complex32 | Self::Complex64 => {
                let parts = self.decode(chunk);
                let (re, im) = (self.real().format_real(parts[0]), self.real().format_real(parts[1]));
                let sign = if im.starts_with('-') { "" } else { "+" };
                format!("{re}{sign}{im}j")
            }
            _ => self.format_real(self.decode_one(chunk)),
        }
    }

    fn format_real(self, number: f64) -> String {
        let wide = number != 0.0 && !(1e-4..1e7).contains(&number.abs());
        match self {
            Self::F64 if wide => format!("{number:e}"),
            Self::F64 => format!("{number}"),
            _ if wide => format!("{:e}", number as f32),
            _ => format!("{}", number as f32),
        }
    }

    /// The distance from 1 to the next number, over 2; 0 for integers.
    pub fn epsilon(self) -> f64 {
        match self.real() {
            Self::F16 => f64::from(f16::EPSILON) / 2.0,
            Self::Bf16 => f64::from(bf16::EPSILON) / 2.0,
            Self::F32 => f64::from(f32::EPSILON) / 2.0,
            Self::F64 => f64::EPSILON / 2.0,
            _ => 0.0,
        }
    }
}

fn parse_complex(text: &str) -> Option<[f64; 2]> {
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return match inner.split_once(',') {
            Some((re, im)) => Some([re.trim().parse().ok()?, im.trim().parse().ok()?]),
            None => parse_complex(inner),
        };
    }
    let Some(body) = text.strip_suffix(['j', 'i']).filter(|body| !body.ends_with(['n', 'f'])) else {
        return Some([text.parse().ok()?, 0.0]);
    };
    // The sign between the parts is the last one that belongs to no exponent.
    let bytes = body.as_bytes();
    let split =
        (1..bytes.len()).rev().find(|&at| matches!(bytes[at], b'+' | b'-') && !matches!(bytes[at - 1], b'e' | b'E'));
    match split {
        Some(at) => Some([body[..at].parse().ok()?, body[at..].parse().ok()?]),
        None => Some([0.0, body.parse().ok()?]),
    }
}
