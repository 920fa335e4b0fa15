//! Reading and writing of NumPy's `.npy` files.

use super::{
    array::{Array, byte_size, shape_text},
    element::Element,
};
use std::{
    fs,
    io::{self, BufReader, Read, Write},
    path::{Path, PathBuf},
};

/// Reads an array whose elements have the given type.
///
/// # Errors
///
/// A message if the file cannot be read, is no `.npy` file, or has elements of another kind.
pub fn read(path: &Path, element: Element) -> Result<Array, String> {
    let file = fs::File::open(path).map_err(|error| format!("cannot open '{}': {error}", path.display()))?;
    let available = file.metadata().map_err(|error| error.to_string())?;
    if !available.is_file() {
        return Err(format!("'{}' is not a file", path.display()));
    }
    let mut reader = BufReader::new(file);
    let garbled = |what: &str| format!("'{}' is not a valid .npy file: {what}", path.display());
    let header = read_header(&mut reader).map_err(|error| garbled(&error.to_string()))?;
    let Some(Header { dtype, column_major, shape }) = parse_header(&header) else {
        return Err(garbled("its header is not that of an array of numbers"));
    };
    // Real or complex numbers of another precision are rounded.
    let precisions = [Element::F32, Element::F64, Element::Complex32, Element::Complex64];
    let stored = precisions
        .into_iter()
        .find(|stored| {
            stored.is_complex() == element.is_complex() && element != Element::Bf16 && stored.accepts(&dtype)
        })
        .filter(|_| element.is_float() && !element.accepts(&dtype));
    if let Some(stored) = stored {
        let array = read(path, stored)?;
        return Ok(Array { element, bytes: element.encode(&array.numbers()), ..array });
    }
    if !element.accepts(&dtype) {
        return Err(format!(
            "'{}' holds elements of dtype '{dtype}', expected '{}'{}",
            path.display(),
            element.npy_type(),
            if element == Element::Bf16 { " with the raw bits of bf16" } else { "" }
        ));
    }
    let size = byte_size(element, &shape).ok_or_else(|| garbled("its shape is too large"))?;
    if size as u64 > available.len() {
        return Err(garbled(&format!("its header says {}, but the data ends early", shape_text(&shape))));
    }
    let mut bytes = Vec::with_capacity(size);
    reader.take(size as u64).read_to_end(&mut bytes).map_err(|error| garbled(&error.to_string()))?;
    if bytes.len() != size {
        return Err(garbled(&format!("its header says {}, but the data ends early", shape_text(&shape))));
    }
    if column_major {
        bytes = row_major(&bytes, element.size(), &shape);
    }
    Ok(Array { element, shape, bytes })
}

struct Header {
    dtype: String,
    column_major: bool,
    shape: Vec<usize>,
}

/// Reads up to the data.
fn read_header(reader: &mut impl Read) -> io::Result<String> {
    let mut start = [0; 8];
    reader.read_exact(&mut start)?;
    let invalid = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    if &start[..6] != b"\x93NUMPY" {
        return Err(invalid("it does not start as one"));
    }
    let mut length = [0; 4];
    match start[6] {
        1 => reader.read_exact(&mut length[..2])?,
        2 | 3 => reader.read_exact(&mut length)?,
        _ => return Err(invalid("its version is not 1, 2 or 3")),
    }
    let length = u32::from_le_bytes(length);
    let mut text = String::new();
    reader.take(length.into()).read_to_string(&mut text)?;
    if text.len() != length as usize {
        return Err(invalid("its header ends early"));
    }
    Ok(text)
}

/// Reads the Python dictionary of a header.
fn parse_header(text: &str) -> Option<Header> {
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!("'{name}'"))?;
        Some(rest.trim_start().strip_prefix(':')?.trim_start())
    };
    let (dtype, _) = field("descr")?.strip_prefix('\'')?.split_once('\'')?;
    let order = field("fortran_order")?;
    let column_major = order.starts_with("True");
    if !column_major && !order.starts_with("False") {
        return None;
    }
    let (sizes, _) = field("shape")?.strip_prefix('(')?.split_once(')')?;
    let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
    let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
    Some(Header { dtype: dtype.to_owned(), column_major, shape })
}

/// Reorders column-major elements.
fn row_major(bytes: &[u8], size: usize, shape: &[usize]) -> Vec<u8> {
    let mut strides = vec![size; shape.len()];
    for axis in 1..shape.len() {
        strides[axis] = strides[axis - 1] * shape[axis - 1];
    }
    let mut result = Vec::with_capacity(bytes.len());
    let mut index = vec![0; shape.len()];
    while result.len() < bytes.len() {
        let at: usize = index.iter().zip(&strides).map(|(index, stride)| index * stride).sum();
        result.extend_from_slice(&bytes[at..at + size]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            if index[axis] < shape[axis] {
                break;
            }
            index[axis] = 0;
        }
    }
    result
}

/// Writes arrays into a folder, each as `NAME.npy`: all of them, or none. They get their names when all are complete.
///
/// # Errors
///
/// A message if a file cannot be written; what was written is gone then, but for files that had their names already.
pub fn write_all(folder: &Path, arrays: &[(&str, &Array)]) -> Result<(), String> {
    let mut parts = Parts(vec![]);
    for (name, array) in arrays {
        let path = folder.join(format!("{name}.npy"));
        let part = folder.join(format!("{name}.npy.{}.part", std::process::id()));
        parts.0.push(part.clone());
        write(&part, array).map_err(|error| format!("cannot write '{}': {error}", path.display()))?;
    }
    for ((name, _), part) in arrays.iter().zip(&parts.0) {
        let path = folder.join(format!("{name}.npy"));
        fs::rename(part, &path).map_err(|error| format!("cannot write '{}': {error}", path.display()))?;
    }
    Ok(())
}

/// Files that are incomplete, and removed when dropped if they still have these names.
struct Parts(Vec<PathBuf>);

impl Drop for Parts {
    fn drop(&mut self) {
        for part in &self.0 {
            // Most of them have been renamed, and a second failure matters to nothing.
            let _ = fs::remove_file(part);
        }
    }
}

/// Writes one array.
fn write(path: &Path, array: &Array) -> io::Result<()> {
    let sizes: String = array.shape.iter().map(|size| format!("{size}, ")).collect();
    let mut header = format!(
        "{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
        array.element.npy_type(),
        sizes.trim_end()
    );
    // The data starts at a multiple of 64 bytes, after a preamble of 10 and a line feed.
    let padding = (header.len() + 11).next_multiple_of(64) - 11 - header.len();
    header.push_str(&" ".repeat(padding));
    header.push('\n');
    let length = u16::try_from(header.len()).map_err(|_| io::Error::other("too many dimensions"))?;
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    file.write_all(b"\x93NUMPY\x01\x00")?;
    file.write_all(&length.to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    file.write_all(&array.bytes)?;
    file.into_inner().map_err(|error| error.into_error())?.sync_all()
}
