//! One launch of a kernel.

use crate::{
    block,
    machine::Machine,
    report::{Report, Site},
    thread::Thread,
};

/// Compiled code of a kernel: takes the thread and the arguments of the launch.
pub type Kernel = unsafe extern "C" fn(*const Thread, *const u8);

/// The most threads of a block, and of each of its dimensions.
const MAX_THREADS: i64 = 1024;
const MAX_BLOCK: [i64; 3] = [1024, 1024, 64];

/// The most blocks in each dimension of a grid.
const MAX_GRID: [i64; 3] = [i32::MAX as i64, 65535, 65535];

/// Workgroup memory, aligned for vectors of any size.
#[repr(align(128))]
#[derive(Clone, Copy)]
pub struct Line {
    _bytes: [u8; 128],
}

/// What a launch asks for. It owns nothing, because a kernel may leave it after.
#[derive(Clone, Copy)]
pub struct Launch<'a> {
    pub kernel: Kernel,
    pub arguments: *const u8,
    pub name: &'a str,
    pub site: Site,
    pub grid: [i64; 3],
    pub block: [i64; 3],
    /// Workgroup memory that the kernel names, in bytes.
    pub static_bytes: i64,
    /// Where the last of it ends; there may be that of other kernels in front.
    pub static_end: i64,
    /// Workgroup memory that the launch adds, in bytes.
    pub dynamic_bytes: i64,
    /// Whether threads wait for others.
    pub synchronises: bool,
}

/// Runs all blocks of a launch.
///
/// # Errors
///
/// A configuration beyond the limits, or threads that wait for ever. Other errors of kernels leave the function.
pub fn launch(machine: &Machine, launch: &Launch) -> Result<(), Report> {
    check(launch, machine.options.get().workgroup_bytes)?;
    machine.enter(launch.name);
    let threads: i64 = launch.block.iter().product();
    let blocks: i64 = launch.grid.iter().product();
    machine.count(|counters| {
        counters.launches += 1;
        counters.threads = counters.threads.saturating_add(threads.saturating_mul(blocks) as u64);
    });
    let mut first = Thread::first(launch.grid, launch.block, i64::from(machine.options.get().subgroup_size));
    let bytes = place_workgroup_memory(machine, launch, &mut first);
    machine.races.borrow_mut().start_launch();
    for number in 0..blocks {
        let first = first.in_block(number);
        clear(machine, first.workgroup, bytes);
        if launch.synchronises {
            block::run(machine, launch, first)?;
        } else {
            run_in_order(machine, launch, first, threads);
        }
    }
    machine.thread.set(std::ptr::null());
    Ok(())
}

fn check(launch: &Launch, workgroup_bytes: u64) -> Result<(), Report> {
    let error = |message: String| {
        Err(Report::new(launch.site, format!("kernel '{}' cannot be launched: {message}", launch.name)))
    };
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        for (what, size, most) in
            [("grid", launch.grid[axis], MAX_GRID[axis]), ("block", launch.block[axis], MAX_BLOCK[axis])]
        {
            if size < 1 || size > most {
                return error(format!("expected a {what} size from 1 to {most} in {name}, got {size}"));
            }
        }
    }
    let threads: i64 = launch.block.iter().product();
    if threads > MAX_THREADS {
        return error(format!("expected at most {MAX_THREADS} threads in a block, got {threads}"));
    }
    let bytes = i128::from(launch.static_bytes) + i128::from(launch.dynamic_bytes);
    if launch.dynamic_bytes < 0 || bytes > i128::from(workgroup_bytes) {
        return error(format!(
            "expected at most {workgroup_bytes} bytes of workgroup memory, got {} static and {} dynamic",
            launch.static_bytes, launch.dynamic_bytes
        ));
    }
    Ok(())
}

/// Allocates the workgroup memory; returns its size in bytes.
fn place_workgroup_memory(machine: &Machine, launch: &Launch, thread: &mut Thread) -> usize {
    let unit = size_of::<Line>();
    let static_units = (launch.static_end.max(0) as usize).div_ceil(unit);
    let units = static_units + (launch.dynamic_bytes as usize).div_ceil(unit);
    let mut memory = machine.workgroup.borrow_mut();
    // Never shorter: a launch that is left behind by an error must not pull memory away from its caller.
    if memory.len() < units {
        memory.resize(units, Line { _bytes: [0; 128] });
    }
    thread.workgroup = memory.as_mut_ptr().cast();
    thread.dynamic = thread.workgroup.wrapping_add(static_units * unit);
    thread.dynamic_bytes = launch.dynamic_bytes;
    units * unit
}

/// Workgroup memory holds nothing at the start of a block: all bits are set, which is NaN in every float type.
fn clear(machine: &Machine, workgroup: *mut u8, bytes: usize) {
    // SAFETY: the memory was allocated for this launch, with this size.
    unsafe { std::ptr::write_bytes(workgroup, 0xff, bytes) };
    if machine.options.get().check_races {
        machine.races.borrow_mut().forget(workgroup as usize, bytes);
    }
    machine.epoch.set(0);
}

/// Runs the threads of a block that do not wait for each other.
fn run_in_order(machine: &Machine, launch: &Launch, mut thread: Thread, threads: i64) {
    let place = &raw mut thread;
    machine.thread.set(place);
    machine.stack_top.set(place as usize);
    for _ in 0..threads {
        // SAFETY: the lowering has made the kernel for these arguments; nothing else refers to the thread now.
        unsafe {
            (launch.kernel)(place, launch.arguments);
            (*place).advance();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::site;

    unsafe extern "C" fn nothing(_: *const Thread, _: *const u8) {}

    fn configuration(grid: [i64; 3], block: [i64; 3], dynamic_bytes: i64) -> Result<(), String> {
        let launch = Launch {
            kernel: nothing,
            arguments: std::ptr::null(),
            name: "k",
            site: site(c"k.mlir:1:2\ngpu.launch_func"),
            grid,
            block,
            static_bytes: 1024,
            static_end: 2048,
            dynamic_bytes,
            synchronises: false,
        };
        check(&launch, 48 << 10).map_err(|report| report.to_string())
    }

    #[test]
    fn limits_are_those_of_devices() {
        assert_eq!(configuration([1, 1, 1], [1024, 1, 1], 47 << 10), Ok(()));
        let place = "k.mlir:1:2: error: kernel 'k' cannot be launched: ";
        let cases = [
            ([1, 1, 1], [32, 33, 1], 0, "expected at most 1024 threads in a block, got 1056"),
            ([1, 1, 1], [1, 1, 65], 0, "expected a block size from 1 to 64 in z, got 65"),
            ([1, 65536, 1], [1, 1, 1], 0, "expected a grid size from 1 to 65535 in y, got 65536"),
            ([0, 1, 1], [1, 1, 1], 0, "expected a grid size from 1 to 2147483647 in x, got 0"),
            ([1, 1, 1], [-3, 1, 1], 0, "expected a block size from 1 to 1024 in x, got -3"),
            (
                [1, 1, 1],
                [1, 1, 1],
                (47 << 10) + 1,
                "expected at most 49152 bytes of workgroup memory, got 1024 static and 48129 dynamic",
            ),
        ];
        for (grid, block, dynamic, message) in cases {
            assert_eq!(configuration(grid, block, dynamic), Err(format!("{place}{message}")));
        }
    }
}
