//! The pipeline from kernels to PTX and machine code of NVIDIA's GPUs.

use super::{Device, quoted_path};
use autodiff_dialect::bridge::{OptionKind, PassOption, Pipeline, number_option, word_option};

/// The pipeline by name.
pub static PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-nvvm-pipeline",
    c"Compile kernels for NVIDIA GPUs: PTX, or machine code with ptxas; the host's code stays",
    &[
        PassOption::new(c"chip", OptionKind::String, c"sm_80", c"The chip, such as sm_90"),
        PassOption::new(c"format", OptionKind::String, c"isa", c"'isa' for PTX, 'bin' for a cubin"),
        PassOption::new(c"O", OptionKind::Integer, c"3", c"The level of optimization, 0 to 3"),
        PassOption::new(c"toolkit", OptionKind::String, c"", c"The folder of a CUDA toolkit with libdevice and ptxas"),
        PassOption::new(c"libdevice", OptionKind::String, c"", c"The file libdevice.10.bc, if not that of the toolkit"),
    ],
    |options| {
        let [chip, format, level, toolkit, libdevice] = options else { return Err("expected 5 options".into()) };
        check_chip(chip)?;
        word_option("format", format, &["isa", "bin"])?;
        number_option("O", level, 0..=3)?;
        let toolkit = quoted_path("toolkit", toolkit)?;
        let libdevice = quoted_path("libdevice", libdevice)?;
        Ok(Device {
            lanes: 32,
            traps: false,
            attach: &format!("nvvm-attach-target{{chip={chip} O={level}}}"),
            convert: "convert-gpu-to-nvvm",
            workgroup_bytes: 48 << 10,
            binary: &format!(
                "autodiff-gpu-to-binary{{vendor=nvidia format={format} toolkit={toolkit} libraries={libdevice}}}"
            ),
        }
        .pipeline())
    },
);

/// Numbers of the chips that LLVM 22 knows and whose lanes exchange values under a mask.
const CHIPS: [&str; 15] =
    ["70", "72", "75", "80", "86", "87", "88", "89", "90", "100", "101", "103", "110", "120", "121"];

fn check_chip(chip: &str) -> Result<(), String> {
    // What a chip has beside its successors ('a'), or beside those of other families ('f').
    let name = chip.strip_prefix("sm_").unwrap_or_default();
    let known = |name: &str| CHIPS.contains(&name);
    let is_special = match (name.strip_suffix('a'), name.strip_suffix('f')) {
        (Some(number), _) => number == "90" || (number.len() == 3 && known(number)),
        (_, Some(number)) => number.len() == 3 && known(number),
        _ => false,
    };
    if known(name) || is_special {
        return Ok(());
    }
    Err(format!("chip: '{chip}' is no NVIDIA chip that is supported, expected one of sm_{}", CHIPS.join(", sm_")))
}

/// The name of a chip by its compute capability: of the newest chip that is known and no newer, whose PTX the driver
/// compiles for those that are not known yet. `None` for chips that are too old.
pub fn chip_for(major: i64, minor: i64) -> Option<String> {
    let wanted = major.checked_mul(10)?.checked_add(minor)?;
    let numbers = CHIPS.iter().filter_map(|name| Some((name.parse::<i64>().ok()?, name)));
    numbers.filter(|(number, _)| *number <= wanted).max().map(|(_, name)| format!("sm_{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chips_are_those_of_llvm() {
        let known = ["sm_70", "sm_90", "sm_90a", "sm_100a", "sm_103f", "sm_121a"];
        let unknown = ["", "sm_", "70", "sm_60", "sm_70a", "sm_90f", "sm_90af", "sm_100aa", "sm_a", "sm_999a"];
        assert!(known.iter().all(|chip| check_chip(chip).is_ok()));
        assert!(unknown.iter().all(|chip| check_chip(chip).is_err()));
    }

    #[test]
    fn chips_are_the_newest_known() {
        let cases = [((9, 0), Some("sm_90")), ((8, 9), Some("sm_89")), ((15, 0), Some("sm_121")), ((6, 1), None)];
        for ((major, minor), chip) in cases {
            assert_eq!(chip_for(major, minor).as_deref(), chip);
        }
    }
}
