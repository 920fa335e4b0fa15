//! Finds the libraries and programs that vendors' code generation uses.

use autodiff_dialect::llvm;
use std::{
    collections::hash_map::RandomState,
    env, fs,
    hash::{BuildHasher, Hasher},
    io::{self, ErrorKind},
    os::unix::fs::{DirBuilderExt, MetadataExt, symlink},
    path::{Path, PathBuf},
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
        let assembler = if named.linker.is_empty() {
            Some(llvm::program("ld.lld")).filter(|path| path.is_file()).or_else(|| in_path("ld.lld"))
        } else {
            Some(PathBuf::from(named.linker)).filter(|path| path.is_file())
        };
        Self { libraries, assembler, searched }
    }

    /// A folder laid out as MLIR expects a vendor's toolkit, with links to what was found.
    ///
    /// # Errors
    ///
    /// If the folder cannot be written, or other users can replace the program.
    pub fn toolkit(&self, vendor: Vendor) -> io::Result<Toolkit> {
        let toolkit = Toolkit::new()?;
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
            let path = fs::canonicalize(path)?;
            trust(&path)?;
            symlink(path, toolkit.0.join(program))?;
        }
        Ok(toolkit)
    }
}

/// A new folder that nothing else can look into, and that is removed when dropped.
pub(super) struct Toolkit(PathBuf);

impl Toolkit {
    /// Makes the folder. One that is there already, or a link, is not taken, whoever made it.
    fn new() -> io::Result<Self> {
        const ATTEMPTS: usize = 64;
        let parent = env::temp_dir();
        for _ in 0..ATTEMPTS {
            // The standard library seeds it with random bytes of the system.
            let name = RandomState::new().build_hasher().finish();
            let path = parent.join(format!("autodiff-{name:016x}"));
            match fs::DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                result => return result.map(|()| Self(path)),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

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

/// Whether nothing but this user and the administrator can replace a program, whose path has no links.
///
/// # Errors
///
/// If its file or a folder above it belongs to somebody else, or somebody else may write there.
fn trust(program: &Path) -> io::Result<()> {
    let user = own_user()?;
    for path in program.ancestors() {
        if !path.as_os_str().is_empty() && may_change(&fs::metadata(path)?, user) {
            return Err(io::Error::other(format!(
                "'{}' is not run: other users may write to '{}'",
                program.display(),
                path.display()
            )));
        }
    }
    Ok(())
}

/// The user that the process acts for.
fn own_user() -> io::Result<u32> {
    fs::metadata("/proc/self").map(|process| process.uid())
}

/// Whether a file or the entries of a folder can be changed by others than `user` and the administrator. In a sticky
/// folder, such as that of temporary files, everybody's entries are their own. A group of the same number as its user is
/// the user's private one.
fn may_change(file: &fs::Metadata, user: u32) -> bool {
    const STICKY: u32 = 0o1000;
    let (mode, owner) = (file.mode(), file.uid());
    let foreign = owner != user && owner != 0;
    let by_group = mode & 0o020 != 0 && file.gid() != owner;
    let by_all = mode & 0o002 != 0;
    foreign || ((by_group || by_all) && !(file.is_dir() && mode & STICKY != 0))
}

fn in_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn folders_are_private_new_and_removed() {
        let (one, other) = (Toolkit::new().unwrap(), Toolkit::new().unwrap());
        assert_ne!(one.path(), other.path());
        assert_eq!(fs::metadata(one.path()).unwrap().mode() & 0o777, 0o700);
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists());
    }

    #[test]
    fn a_toolkit_that_fails_leaves_no_folder() {
        let folder = Toolkit::new().unwrap();
        let program = folder.path().join("ptxas");
        let tools = Tools { libraries: None, assembler: Some(program.clone()), searched: vec![] };
        assert!(tools.toolkit(Vendor::Nvidia).is_err());
        fs::write(&program, "").unwrap();
        assert!(tools.toolkit(Vendor::Nvidia).is_ok());
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let error = tools.toolkit(Vendor::Nvidia).err().unwrap().to_string();
        assert!(error.contains("is not run: other users may write to"), "{error}");
    }

    #[test]
    fn programs_that_others_can_replace_are_not_trusted() {
        let folder = Toolkit::new().unwrap();
        let program = folder.path().join("program");
        fs::write(&program, "").unwrap();
        let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        mode(&program, 0o755);
        assert!(trust(&program).is_ok());
        mode(&program, 0o757);
        assert!(trust(&program).is_err());
        mode(&program, 0o755);
        mode(folder.path(), 0o777);
        assert!(trust(&program).is_err());
        // As the folder of temporary files: its entries stay their owners'.
        mode(folder.path(), 0o1777);
        assert!(trust(&program).is_ok());
    }
}
