//! CUDA's driver, opened at run time: programs that use no CUDA device need none of it.
//!
//! Names and parameters are those of `cuda.h`. All calls go through [`Driver`], which turns codes into texts.

use libloading::Library;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};

/// The file names of the driver.
const NAMES: [&str; 2] = ["libcuda.so.1", "libcuda.so"];

/// `CUDA_ERROR_OUT_OF_MEMORY`
const OUT_OF_MEMORY: c_int = 2;

/// `CU_MEM_ATTACH_GLOBAL`: the host and all devices may access the memory.
const ATTACH_GLOBAL: c_uint = 1;

/// Attributes of a device, by their numbers in `CUdevice_attribute`.
#[derive(Clone, Copy, Debug)]
#[repr(i32)]
pub enum Attribute {
    MaxThreads = 1,
    MaxBlockX = 2,
    MaxBlockY = 3,
    MaxBlockZ = 4,
    MaxGridX = 5,
    MaxGridY = 6,
    MaxGridZ = 7,
    Major = 75,
    Minor = 76,
    MaxWorkgroupBytes = 97,
}

/// `CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES` and `CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES`
const STATIC_BYTES: c_int = 1;
const MAX_DYNAMIC_BYTES: c_int = 8;

/// What a call has failed with.
#[derive(Debug)]
pub struct Error {
    pub text: String,
    pub out_of_memory: bool,
}

/// Objects of the driver.
pub type Handle = *mut c_void;

macro_rules! driver {
    ($($field:ident: $symbol:literal ($($parameter:ty),*);)*) => {
        /// The driver's functions.
        #[derive(Clone, Copy)]
        struct Functions { $($field: unsafe extern "C" fn($($parameter),*) -> c_int,)* }

        impl Functions {
            /// # Safety
            ///
            /// The library is CUDA's driver, and stays open.
            unsafe fn load(library: &Library) -> Result<Self, libloading::Error> {
                // SAFETY: the functions of the driver have these types.
                Ok(Self { $($field: unsafe { *library.get($symbol)? },)* })
            }
        }
    };
}

driver! {
    init: b"cuInit\0" (c_uint);
    device_count: b"cuDeviceGetCount\0" (*mut c_int);
    device_get: b"cuDeviceGet\0" (*mut c_int, c_int);
    device_name: b"cuDeviceGetName\0" (*mut c_char, c_int, c_int);
    device_attribute: b"cuDeviceGetAttribute\0" (*mut c_int, c_int, c_int);
    retain: b"cuDevicePrimaryCtxRetain\0" (*mut Handle, c_int);
    set_current: b"cuCtxSetCurrent\0" (Handle);
    synchronize: b"cuCtxSynchronize\0" ();
    allocate: b"cuMemAllocManaged\0" (*mut u64, usize, c_uint);
    free: b"cuMemFree_v2\0" (u64);
    load_module: b"cuModuleLoadDataEx\0" (*mut Handle, *const c_void, c_uint, *mut c_int, *mut *mut c_void);
    function: b"cuModuleGetFunction\0" (*mut Handle, Handle, *const c_char);
    function_attribute: b"cuFuncGetAttribute\0" (*mut c_int, c_int, Handle);
    set_function_attribute: b"cuFuncSetAttribute\0" (Handle, c_int, c_int);
    launch: b"cuLaunchKernel\0" (Handle, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, Handle,
        *const *const c_void, *const *const c_void);
    create_event: b"cuEventCreate\0" (*mut Handle, c_uint);
    record: b"cuEventRecord\0" (Handle, Handle);
    synchronize_event: b"cuEventSynchronize\0" (Handle);
    elapsed: b"cuEventElapsedTime\0" (*mut f32, Handle, Handle);
    error_name: b"cuGetErrorName\0" (c_int, *mut *const c_char);
    error_text: b"cuGetErrorString\0" (c_int, *mut *const c_char);
}

/// `cuMemPrefetchAsync` as it was before CUDA 13, which keeps this name for it.
type Prefetch = unsafe extern "C" fn(u64, usize, c_int, Handle) -> c_int;

/// The driver.
pub struct Driver {
    functions: Functions,
    prefetch: Option<Prefetch>,
    _library: Library,
}

impl Driver {
    /// Opens the driver.
    ///
    /// # Errors
    ///
    /// If there is none, or if it is broken.
    pub fn open() -> Result<Self, Error> {
        let plain = |text| Error { text, out_of_memory: false };
        // SAFETY: loading the driver runs its initializers, which is what it is there for; the types are those of
        // `cuda.h`, where these functions have not changed since CUDA 11.
        unsafe {
            let library = NAMES.iter().find_map(|name| Library::new(name).ok());
            let library = library.ok_or_else(|| plain(format!("cannot open '{}'", NAMES[0])))?;
            let functions = Functions::load(&library).map_err(|error| plain(error.to_string()))?;
            let prefetch = library.get::<Prefetch>(b"cuMemPrefetchAsync\0").ok().map(|symbol| *symbol);
            let driver = Self { functions, prefetch, _library: library };
            driver.check("cuInit", (driver.functions.init)(0))?;
            Ok(driver)
        }
    }

    fn check(&self, call: &str, code: c_int) -> Result<(), Error> {
        if code == 0 {
            return Ok(());
        }
        let describe = |function: unsafe extern "C" fn(c_int, *mut *const c_char) -> c_int| {
            let mut text = std::ptr::null();
            // SAFETY: the driver stores the address of a static text, or nothing.
            unsafe {
                function(code, &mut text);
                (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
            }
        };
        let name = describe(self.functions.error_name).unwrap_or_else(|| format!("code {code}"));
        let text = describe(self.functions.error_text).map(|text| format!(": {text}")).unwrap_or_default();
        Err(Error { text: format!("{call} failed with {name}{text}"), out_of_memory: code == OUT_OF_MEMORY })
    }

    /// Makes the first device current; returns its number.
    pub fn select_device(&self) -> Result<c_int, Error> {
        let (mut count, mut device, mut context) = (0, 0, std::ptr::null_mut());
        // SAFETY: all places are valid; the context is never released.
        unsafe {
            self.check("cuDeviceGetCount", (self.functions.device_count)(&mut count))?;
            if count < 1 {
                return Err(Error { text: "the driver knows no device".into(), out_of_memory: false });
            }
            self.check("cuDeviceGet", (self.functions.device_get)(&mut device, 0))?;
            self.check("cuDevicePrimaryCtxRetain", (self.functions.retain)(&mut context, device))?;
            self.check("cuCtxSetCurrent", (self.functions.set_current)(context))?;
        }
        Ok(device)
    }

    /// The name of a device.
    pub fn device_name(&self, device: c_int) -> Result<String, Error> {
        let mut name = [0u8; 256];
        // SAFETY: the driver writes at most this many bytes; the last one stays NUL.
        let code = unsafe { (self.functions.device_name)(name.as_mut_ptr().cast(), name.len() as c_int - 1, device) };
        self.check("cuDeviceGetName", code)?;
        Ok(CStr::from_bytes_until_nul(&name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
    }

    /// An attribute of a device.
    pub fn attribute(&self, device: c_int, attribute: Attribute) -> Result<i64, Error> {
        let mut value = 0;
        // SAFETY: the place is valid.
        let code = unsafe { (self.functions.device_attribute)(&mut value, attribute as c_int, device) };
        self.check("cuDeviceGetAttribute", code)?;
        Ok(value.into())
    }

    /// Memory that the host and the device share.
    pub fn allocate(&self, bytes: usize) -> Result<*mut c_void, Error> {
        let mut address = 0;
        // SAFETY: the place is valid; the driver refuses a size of 0.
        let code = unsafe { (self.functions.allocate)(&mut address, bytes.max(1), ATTACH_GLOBAL) };
        self.check("cuMemAllocManaged", code)?;
        Ok(address as usize as *mut c_void)
    }

    /// Frees what [`Self::allocate`] gave. An error cannot be helped here.
    pub fn free(&self, memory: *mut c_void) {
        // SAFETY: the driver refuses what is not its own.
        unsafe { (self.functions.free)(memory as u64) };
    }

    /// Asks for shared memory to be moved to a device, so that kernels need not wait for it page by page. Nothing is
    /// wrong where that cannot be done.
    pub fn prefetch(&self, memory: usize, bytes: usize, device: c_int) {
        if let Some(prefetch) = self.prefetch {
            // SAFETY: the driver refuses what is not its own.
            unsafe { prefetch(memory as u64, bytes, device, std::ptr::null_mut()) };
        }
    }

    /// Loads PTX (ended by NUL) or a cubin.
    pub fn load_module(&self, image: &[u8]) -> Result<Handle, Error> {
        let mut module = std::ptr::null_mut();
        let none = std::ptr::null_mut();
        // SAFETY: the image lives through the call.
        let code =
            // SAFETY: the image ends with NUL, and there are no options.
            unsafe { (self.functions.load_module)(&mut module, image.as_ptr().cast(), 0, none, std::ptr::null_mut()) };
        self.check("cuModuleLoadDataEx", code)?;
        Ok(module)
    }

    /// A kernel of a module.
    pub fn function(&self, module: Handle, name: &CStr) -> Result<Handle, Error> {
        let mut function = std::ptr::null_mut();
        // SAFETY: the module was loaded by the driver.
        let code = unsafe { (self.functions.function)(&mut function, module, name.as_ptr()) };
        self.check("cuModuleGetFunction", code)?;
        Ok(function)
    }

    /// The workgroup memory that a kernel names, in bytes.
    pub fn static_bytes(&self, function: Handle) -> Result<i64, Error> {
        let mut bytes = 0;
        // SAFETY: the function belongs to the driver.
        self.check("cuFuncGetAttribute", unsafe {
            (self.functions.function_attribute)(&mut bytes, STATIC_BYTES, function)
        })?;
        Ok(bytes.into())
    }

    /// Launches a kernel, waits for it, and returns the seconds that the device took.
    ///
    /// # Safety
    ///
    /// There is one pointer to a value for each parameter of the kernel.
    pub unsafe fn launch(&self, function: Handle, launch: &Configuration) -> Result<f64, Error> {
        let stream = std::ptr::null_mut();
        let [gx, gy, gz] = launch.grid.map(|size| size as c_uint);
        let [bx, by, bz] = launch.block.map(|size| size as c_uint);
        let bytes = launch.dynamic_bytes;
        let (mut start, mut end, mut milliseconds) = (std::ptr::null_mut(), std::ptr::null_mut(), 0f32);
        let functions = &self.functions;
        // SAFETY: all places are valid; the parameters are the caller's promise.
        unsafe {
            if bytes > 0 {
                let bytes = bytes as c_int;
                self.check(
                    "cuFuncSetAttribute",
                    (functions.set_function_attribute)(function, MAX_DYNAMIC_BYTES, bytes),
                )?;
            }
            self.check("cuEventCreate", (functions.create_event)(&mut start, 0))?;
            self.check("cuEventCreate", (functions.create_event)(&mut end, 0))?;
            self.check("cuEventRecord", (functions.record)(start, stream))?;
            let extra = std::ptr::null();
            let code =
                (functions.launch)(function, gx, gy, gz, bx, by, bz, bytes as c_uint, stream, launch.parameters, extra);
            self.check("cuLaunchKernel", code)?;
            self.check("cuEventRecord", (functions.record)(end, stream))?;
            self.check("cuEventSynchronize", (functions.synchronize_event)(end))?;
            self.check("cuCtxSynchronize", (functions.synchronize)())?;
            self.check("cuEventElapsedTime", (functions.elapsed)(&mut milliseconds, start, end))?;
        }
        Ok(f64::from(milliseconds) / 1e3)
    }
}

/// How a kernel is launched; sizes are within the device's limits.
pub struct Configuration {
    pub grid: [i64; 3],
    pub block: [i64; 3],
    pub dynamic_bytes: i64,
    pub parameters: *const *const c_void,
}
