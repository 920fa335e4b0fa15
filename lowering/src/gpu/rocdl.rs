//! The pipeline from kernels to assembly and code objects of AMD's GPUs.

use super::{Device, quoted_path};
use autodiff_dialect::bridge::{OptionKind, PassOption, Pipeline, number_option, word_option};

/// The pipeline by name.
pub static PIPELINE: Pipeline = Pipeline::new(
    c"autodiff-rocdl-pipeline",
    c"Compile kernels for AMD GPUs: assembly, or a code object with ld.lld; the host's code stays",
    &[
        PassOption::new(c"chip", OptionKind::String, c"gfx90a", c"The chip, such as gfx942"),
        PassOption::new(c"format", OptionKind::String, c"isa", c"'isa' for assembly, 'bin' for a code object"),
        PassOption::new(c"O", OptionKind::Integer, c"3", c"The level of optimization, 0 to 3"),
        PassOption::new(c"device-libs", OptionKind::String, c"", c"The folder of ROCm's device libraries (ocml.bc)"),
        PassOption::new(c"lld", OptionKind::String, c"", c"The linker ld.lld, if not that of LLVM 22"),
    ],
    |options| {
        let [chip, format, level, libraries, lld] = options else { return Err("expected 5 options".into()) };
        let wave = wave_size(chip)?;
        word_option("format", format, &["isa", "bin"])?;
        number_option("O", level, 0..=3)?;
        let libraries = quoted_path("device-libs", libraries)?;
        let lld = quoted_path("lld", lld)?;
        Ok(Device {
            lanes: wave,
            traps: true,
            attach: &format!("rocdl-attach-target{{chip={chip} O={level} wave64={}}}", wave == 64),
            convert: &format!("convert-gpu-to-rocdl{{chipset={chip} runtime=HIP}}"),
            workgroup_bytes: 64 << 10,
            binary: &format!("autodiff-gpu-to-binary{{vendor=amd format={format} libraries={libraries} linker={lld}}}"),
        }
        .pipeline())
    },
);

/// The chips that are supported, and the number of lanes of their waves.
const CHIPS: [(&str, u32); 14] = [
    ("gfx900", 64),
    ("gfx906", 64),
    ("gfx908", 64),
    ("gfx90a", 64),
    ("gfx942", 64),
    ("gfx950", 64),
    ("gfx1030", 32),
    ("gfx1100", 32),
    ("gfx1101", 32),
    ("gfx1102", 32),
    ("gfx1103", 32),
    ("gfx1150", 32),
    ("gfx1200", 32),
    ("gfx1201", 32),
];

fn wave_size(chip: &str) -> Result<u32, String> {
    let names = CHIPS.map(|(name, _)| name).join(", ");
    let known = CHIPS.iter().find(|(name, _)| *name == chip).map(|(_, size)| *size);
    known.ok_or_else(|| format!("chip: '{chip}' is no AMD chip that is supported, expected one of {names}"))
}
