//! The code of kernels that were compiled.

use autodiff_dialect::{ir::Op, views::gpu};

/// The bytes after each `gpu.binary` op of a module, by its name: PTX, assembly, or an object.
pub fn images(module: Op) -> Vec<(String, Vec<u8>)> {
    let binaries = module.walk().into_iter().filter(|op| op.is::<gpu::Binary>());
    binaries
        .filter_map(|op| {
            let objects = op.attribute("objects")?.to_string();
            let start = [" assembly = \"", " bin = \""].iter().find_map(|key| Some(objects.find(key)? + key.len()))?;
            Some((op.symbol_name()?, decode(&objects[start..])))
        })
        .collect()
}

/// The bytes of a string that MLIR has printed, up to its closing quote.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = vec![];
    let mut rest = text.bytes();
    while let Some(byte) = rest.next().filter(|byte| *byte != b'"') {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let Some(first) = rest.next() else { break };
        match char::from(first).to_digit(16) {
            None => bytes.push(first),
            Some(high) => {
                let low = rest.next().and_then(|byte| char::from(byte).to_digit(16)).unwrap_or(0);
                bytes.push((16 * high + low) as u8);
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn escapes_of_strings() {
        assert_eq!(decode(r#"a\0Ab\22\\c\FF" rest"#), b"a\nb\"\\c\xff");
    }
}
