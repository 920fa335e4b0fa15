//! Kernels on a CUDA device. The host's code is that of kernels on the CPU; only launches and memory differ.
//!
//! 1. [`open`] selects the first device; kernels are then compiled for it, and handed over by [`set_images`].
//! 2. Memory is managed by the driver, so that the host's code may touch it: [`allocate`], [`free`].
//! 3. Generated code launches by `autodiff_gpu_launch_cuda`, which waits for the kernel and counts its time.

use crate::{
    driver::{Attribute, Configuration, Driver, Error, Handle},
    machine::machine,
    report::{Report, Site},
};
use std::{
    cell::RefCell,
    collections::HashMap,
    ffi::{CStr, CString, c_char, c_int, c_void},
};

struct Cuda {
    driver: Driver,
    device: c_int,
    images: HashMap<String, Vec<u8>>,
    modules: HashMap<String, Handle>,
    /// Bytes of each block of shared memory, by its address.
    blocks: HashMap<usize, usize>,
}

thread_local! {
    static CUDA: RefCell<Option<Cuda>> = const { RefCell::new(None) };
}

/// A device that was found.
#[derive(Clone, Debug)]
pub struct Device {
    pub name: String,
    /// The version of its instruction set, such as 9 and 0.
    pub capability: (i64, i64),
}

/// Selects the first device for this thread of the process.
///
/// # Errors
///
/// Why there is none.
pub fn open() -> Result<Device, String> {
    let find = || {
        let driver = Driver::open()?;
        let device = driver.select_device()?;
        let name = driver.device_name(device)?;
        let capability = (driver.attribute(device, Attribute::Major)?, driver.attribute(device, Attribute::Minor)?);
        let (images, modules, blocks) = (HashMap::new(), HashMap::new(), HashMap::new());
        CUDA.set(Some(Cuda { driver, device, images, modules, blocks }));
        Ok(Device { name, capability })
    };
    find().map_err(|error: Error| error.text)
}

/// Whether this thread of the process has a device.
pub fn is_open() -> bool {
    CUDA.with_borrow(Option::is_some)
}

/// The code of kernels' modules: PTX or cubins, by the names of the modules.
pub fn set_images(images: impl IntoIterator<Item = (String, Vec<u8>)>) {
    CUDA.with_borrow_mut(|cuda| {
        if let Some(cuda) = cuda {
            cuda.modules.clear();
            // PTX is text, whose end the driver looks for.
            cuda.images = images.into_iter().map(|(name, image)| (name, [image, vec![0]].concat())).collect();
        }
    });
}

/// Memory that the host and the device share.
///
/// # Errors
///
/// Why there is none: the device has too little memory, or has failed.
pub fn allocate(bytes: usize) -> Result<*mut c_void, Report> {
    let allocated = CUDA.with_borrow_mut(|cuda| match cuda {
        Some(cuda) => {
            let block = cuda.driver.allocate(bytes);
            cuda.blocks.extend(block.iter().map(|block| (*block as usize, bytes)));
            block
        }
        None => Err(Error { text: "there is no device".into(), out_of_memory: false }),
    });
    allocated.map_err(|error| {
        let what = if error.out_of_memory { "the device has too little memory" } else { "the device failed" };
        Report::device(None, format!("{what}: cannot allocate {bytes} bytes, {}", error.text))
    })
}

/// As [`allocate`], for generated code, which is left for good where there is no memory.
pub fn allocate_or_leave(bytes: usize) -> *mut c_void {
    allocate(bytes).unwrap_or_else(|report| machine().fail(report))
}

/// Frees shared memory.
pub fn free(memory: *mut c_void) {
    CUDA.with_borrow_mut(|cuda| {
        if let Some(cuda) = cuda
            && cuda.blocks.remove(&(memory as usize)).is_some()
        {
            cuda.driver.free(memory);
        }
    });
}

/// Launches a kernel on the device, and waits for it.
///
/// # Safety
///
/// The texts end with NUL; `site` lives for ever; there is one pointer to a value for each parameter of the kernel.
pub unsafe extern "C" fn autodiff_gpu_launch_cuda(
    module: *const c_char,
    kernel: *const c_char,
    site: *const c_char,
    grid_x: i64,
    grid_y: i64,
    grid_z: i64,
    block_x: i64,
    block_y: i64,
    block_z: i64,
    dynamic_bytes: i64,
    parameters: *const *const c_void,
) {
    let machine = machine();
    // SAFETY: the contract above.
    let (site, names) =
        // SAFETY: the caller's contract: texts end with NUL.
        unsafe { (Site::new(site), [module, kernel].map(|name| CStr::from_ptr(name).to_string_lossy())) };
    let configuration =
        Configuration { grid: [grid_x, grid_y, grid_z], block: [block_x, block_y, block_z], dynamic_bytes, parameters };
    machine.enter(&names[1]);
    let launched = CUDA.with_borrow_mut(|cuda| {
        let cuda = cuda.as_mut().ok_or_else(|| Report::device(Some(site), "there is no device"))?;
        // SAFETY: the contract above.
        unsafe { cuda.launch(site, &names[0], &names[1], &configuration) }
    });
    match launched {
        Ok(seconds) => machine.count(|counters| {
            counters.launches += 1;
            let sizes = configuration.grid.iter().chain(&configuration.block);
            let threads = sizes.fold(1i64, |threads, size| threads.saturating_mul(*size));
            counters.threads = counters.threads.saturating_add(threads as u64);
            counters.nanoseconds += (seconds * 1e9) as u64;
        }),
        Err(report) => {
            drop(names);
            machine.fail(report)
        }
    }
}

impl Cuda {
    /// # Safety
    ///
    /// As for [`Driver::launch`].
    unsafe fn launch(&mut self, site: Site, module: &str, kernel: &str, launch: &Configuration) -> Result<f64, Report> {
        let failed = |error: Error| Report::device(Some(site), format!("kernel '{kernel}': {}", error.text));
        let handle = match self.modules.get(module) {
            Some(handle) => *handle,
            None => {
                let image = self.images.get(module).ok_or_else(|| {
                    Report::device(Some(site), format!("internal error: there is no code of kernels '{module}'"))
                })?;
                let handle = self.driver.load_module(image).map_err(failed)?;
                self.modules.insert(module.to_owned(), handle);
                handle
            }
        };
        let name = CString::new(kernel).unwrap_or_default();
        let function = self.driver.function(handle, &name).map_err(failed)?;
        self.check(site, kernel, function, launch)?;
        for (block, bytes) in &self.blocks {
            self.driver.prefetch(*block, *bytes, self.device);
        }
        // SAFETY: the caller's promise.
        unsafe { self.driver.launch(function, launch) }.map_err(failed)
    }

    /// Compares a launch with what the device can do.
    fn check(&self, site: Site, kernel: &str, function: Handle, launch: &Configuration) -> Result<(), Report> {
        use Attribute::{MaxBlockX, MaxBlockY, MaxBlockZ, MaxGridX, MaxGridY, MaxGridZ, MaxThreads, MaxWorkgroupBytes};
        let failed = |error: Error| Report::device(Some(site), format!("kernel '{kernel}': {}", error.text));
        let limit = |attribute| self.driver.attribute(self.device, attribute).map_err(failed);
        let error =
            |message: String| Err(Report::new(site, format!("kernel '{kernel}' cannot be launched: {message}")));
        let axes = [("x", MaxGridX, MaxBlockX), ("y", MaxGridY, MaxBlockY), ("z", MaxGridZ, MaxBlockZ)];
        for (number, (name, grid, block)) in axes.into_iter().enumerate() {
            for (what, size, most) in
                [("grid", launch.grid[number], limit(grid)?), ("block", launch.block[number], limit(block)?)]
            {
                if size < 1 || size > most {
                    return error(format!("expected a {what} size from 1 to {most} in {name}, got {size}"));
                }
            }
        }
        let (threads, most) = (launch.block.iter().product::<i64>(), limit(MaxThreads)?);
        if threads > most {
            return error(format!("expected at most {most} threads in a block, got {threads}"));
        }
        let (fixed, most) = (self.driver.static_bytes(function).map_err(failed)?, limit(MaxWorkgroupBytes)?);
        if launch.dynamic_bytes < 0 || fixed.saturating_add(launch.dynamic_bytes) > most {
            return error(format!(
                "expected at most {most} bytes of workgroup memory, got {fixed} static and {} dynamic",
                launch.dynamic_bytes
            ));
        }
        Ok(())
    }
}
