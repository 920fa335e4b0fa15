//! Generates the C++ side of the dialect from `Autodiff.td`, compiles the bridge, and puts a stand-in for
//! `libMLIR-C.so`, which Debian does not ship, on the link path.

#[path = "build/views.rs"]
mod views;

use std::{env, error::Error, fs, path::Path, process::Command};

/// `mlir-tblgen` backends and the files that they write.
const GENERATED: [(&str, &str); 10] = [
    ("-gen-op-decls", "AutodiffOps.h.inc"),
    ("-gen-op-defs", "AutodiffOps.cpp.inc"),
    ("-gen-dialect-decls", "AutodiffDialect.h.inc"),
    ("-gen-dialect-defs", "AutodiffDialect.cpp.inc"),
    ("-gen-typedef-decls", "AutodiffTypes.h.inc"),
    ("-gen-typedef-defs", "AutodiffTypes.cpp.inc"),
    ("-gen-attrdef-decls", "AutodiffAttrs.h.inc"),
    ("-gen-attrdef-defs", "AutodiffAttrs.cpp.inc"),
    ("-gen-enum-decls", "AutodiffEnums.h.inc"),
    ("-gen-enum-defs", "AutodiffEnums.cpp.inc"),
];

fn main() -> Result<(), Box<dyn Error>> {
    // Where Debian has it, of the version in 'src/llvm.rs'.
    let llvm = env::var("MLIR_SYS_220_PREFIX").unwrap_or_else(|_| "/usr/lib/llvm-22".into());
    let out = env::var("OUT_DIR")?;
    for (backend, file) in GENERATED {
        let status = Command::new(format!("{llvm}/bin/mlir-tblgen"))
            .args([backend, "Autodiff.td", "-o", format!("{out}/{file}").as_str()])
            .arg(format!("-I{llvm}/include"))
            .status()?;
        if !status.success() {
            return Err(format!("mlir-tblgen {backend} failed on Autodiff.td").into());
        }
    }
    fs::write(
        format!("{out}/views.rs"),
        views::generate(&format!("{llvm}/include"), &env::var("CARGO_MANIFEST_DIR")?)?,
    )?;
    let sources = ["Dialect.cpp", "Passes.cpp", "Queries.cpp", "Tensors.cpp"];
    // The compiler that has built MLIR: traits of ops are told apart by names that each compiler writes in its own way.
    let mut bridge = cc::Build::new();
    bridge
        .cpp(true)
        .compiler(format!("{llvm}/bin/clang++"))
        .std("c++17")
        .flag("-fno-exceptions")
        .flag("-fno-rtti")
        .flag("-Wno-unused-parameter")
        .flag("-isystem")
        .flag(format!("{llvm}/include"))
        .include(&out)
        .include("bridge")
        .files(sources.map(|file| format!("bridge/{file}")));
    // For './x sanitize'.
    println!("cargo:rerun-if-env-changed=AUTODIFF_SANITIZE");
    if let Ok(sanitizer) = env::var("AUTODIFF_SANITIZE") {
        bridge.flag(format!("-fsanitize={sanitizer}")).flag("-fno-omit-frame-pointer");
    }
    bridge.compile("autodiff_bridge");
    let mut archives: Vec<String> = fs::read_dir(format!("{llvm}/lib"))?
        .filter_map(|entry| entry.ok()?.path().to_str().map(str::to_owned))
        .filter(|path| {
            let name = Path::new(path).file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| name.starts_with("libMLIRCAPI") && name.ends_with(".a"))
        })
        .collect();
    archives.sort();
    fs::write(
        format!("{out}/libMLIR-C.so"),
        format!("GROUP ( {} {llvm}/lib/libMLIR.so {llvm}/lib/libLLVM.so )\n", archives.join(" ")),
    )?;
    println!("cargo:rustc-link-search=native={out}");
    println!("cargo:rustc-env=AUTODIFF_LLVM_PREFIX={llvm}");
    println!("cargo:rerun-if-env-changed=MLIR_SYS_220_PREFIX");
    println!("cargo:rustc-env=AUTODIFF_ODS_DIRECTORY={}", env::var("CARGO_MANIFEST_DIR")?);
    println!("cargo:rerun-if-changed=bridge");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=Autodiff.td");
    Ok(())
}
