//! Finds the libraries and programs that vendors' code generation uses.

use std::{
    env, fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// Who makes the GPU.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Vendor {
    Nvidia,
    Amd,
}

/// What the user has named by options; empty text means nothing.
pub(super) struct Named<'a> {
    pub toolkit: &'a str,
    /// The file libdevice.10.bc, or the folder of ROCm's device libraries.
    pub libraries: &'a str,
    pub linker: &'a str,
}

/// What was found.
pub(super) struct Tools {
    /// The file libdevice.10.bc, or the folder that holds ocml.bc.
    pub libraries: Option<PathBuf>,
    /// ptxas or ld.lld.
    pub assembler: Option<PathBuf>,
    /// Where they were looked for.
    pub searched: Vec<PathBuf>,
}

impl Tools {
    pub fn find(vendor: Vendor, named: &Named) -> Self {
        match vendor {
            Vendor::Nvidia => Self::nvidia(named),
            Vendor::Amd => Self::amd(named),
        }
    }

    /// A toolkit that is named by the option or a variable is the only one; otherwise the usual places are searched.
    fn nvidia(named: &Named) -> Self {
        let variable = ["AUTODIFF_CUDA_TOOLKIT", "CUDA_HOME", "CUDA_PATH", "CUDA_ROOT"].iter().find_map(env::var_os);
        let searched: Vec<PathBuf> = if !named.toolkit.is_empty() {
            vec![named.toolkit.into()]
        } else if let Some(folder) = variable {
            vec![folder.into()]
        } else {
            let usual = ["/usr/local/cuda", "/opt/cuda", "/usr/lib/nvidia-cuda-toolkit"].map(PathBuf::from);
            beside_program("gpu/nvidia/cuda_nvcc").into_iter().chain(usual).collect()
        };
        let find = |path: &str| searched.iter().map(|folder| folder.join(path)).find(|path| path.is_file());
        let libraries = if named.libraries.is_empty() {
            find("nvvm/libdevice/libdevice.10.bc")
        } else {
            Some(PathBuf::from(named.libraries)).filter(|path| path.is_file())
        };
        let assembler = find("bin/ptxas").or_else(|| in_path("ptxas").filter(|_| named.toolkit.is_empty()));
        Self { libraries, assembler, searched }
    }

    fn amd(named: &Named) -> Self {
        let variable = env::var_os("AUTODIFF_ROCM_DEVICE_LIBS");
        let searched: Vec<PathBuf> = if !named.libraries.is_empty() {
            vec![named.libraries.into()]
        } else if let Some(folder) = variable {
            vec![folder.into()]
        } else {
            ["/opt/rocm/amdgcn/bitcode", "/usr/lib/x86_64-linux-gnu/amdgcn/bitcode", "/usr/lib/amdgcn/bitcode"]
                .map(PathBuf::from)
                .into()
        };
        let libraries = searched.iter().find(|folder| folder.join("ocml.bc").is_file()).cloned();
        let llvm = option_env!("MLIR_SYS_220_PREFIX").unwrap_or("/usr/lib/llvm-22");
        let assembler = if named.linker.is_empty() {
            Some(Path::new(llvm).join("bin/ld.lld")).filter(|path| path.is_file()).or_else(|| in_path("ld.lld"))
        } else {
            Some(PathBuf::from(named.linker)).filter(|path| path.is_file())
        };
        Self { libraries, assembler, searched }
    }

    /// A folder laid out as MLIR expects a vendor's toolkit, with links to what was found.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written.
    pub fn toolkit(&self, vendor: Vendor) -> io::Result<Toolkit> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let toolkit = Toolkit(env::temp_dir().join(format!("autodiff-toolkit-{}-{number}", process::id())));
        let (folder, library, program) = match vendor {
            Vendor::Nvidia => ("nvvm/libdevice", "nvvm/libdevice/libdevice.10.bc", "bin/ptxas"),
            Vendor::Amd => ("amdgcn", "amdgcn/bitcode", "llvm/bin/ld.lld"),
        };
        for part in [Some(Path::new(folder)), Path::new(program).parent()].into_iter().flatten() {
            fs::create_dir_all(toolkit.0.join(part))?;
        }
        match (&self.libraries, vendor) {
            (Some(path), _) => symlink(fs::canonicalize(path)?, toolkit.0.join(library))?,
            // MLIR wants a file even where no kernel uses it.
            (None, Vendor::Nvidia) => fs::write(toolkit.0.join(library), "")?,
            (None, Vendor::Amd) => {}
        }
        if let Some(path) = &self.assembler {
            symlink(fs::canonicalize(path)?, toolkit.0.join(program))?;
        }
        Ok(toolkit)
    }
}

/// A folder that is removed when dropped.
pub(super) struct Toolkit(PathBuf);

impl Toolkit {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Toolkit {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A path in the folders above that of the program: what './x setup' has put there.
fn beside_program(path: &str) -> Option<PathBuf> {
    let program = env::current_exe().ok()?;
    program.ancestors().skip(1).take(3).map(|folder| folder.join(path)).find(|path| path.is_dir())
}

fn in_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}
