//! What a kernel can ask about the thread that runs it.

/// Ids and sizes of one thread of a launch, as generated code reads them: words of 8 bytes, in this order.
///
/// The lowering (`lowering/src/gpu_host/abi.rs`) numbers the words.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Thread {
    pub thread_id: [i64; 3],
    pub block_id: [i64; 3],
    pub block_dim: [i64; 3],
    pub grid_dim: [i64; 3],
    /// The number of the thread in its subgroup.
    pub lane: i64,
    /// The number of the subgroup in the block.
    pub subgroup: i64,
    /// Subgroups in the block.
    pub subgroup_count: i64,
    /// Lanes in a subgroup.
    pub subgroup_size: i64,
    /// The workgroup memory whose size the kernel knows.
    pub workgroup: *mut u8,
    /// The workgroup memory whose size the launch says.
    pub dynamic: *mut u8,
    /// Its size in bytes.
    pub dynamic_bytes: i64,
}

impl Thread {
    /// The first thread of the first block.
    pub fn first(grid_dim: [i64; 3], block_dim: [i64; 3], subgroup_size: i64) -> Self {
        let threads = block_dim.iter().product::<i64>();
        Self {
            thread_id: [0; 3],
            block_id: [0; 3],
            block_dim,
            grid_dim,
            lane: 0,
            subgroup: 0,
            subgroup_count: (threads + subgroup_size - 1) / subgroup_size,
            subgroup_size,
            workgroup: std::ptr::null_mut(),
            dynamic: std::ptr::null_mut(),
            dynamic_bytes: 0,
        }
    }

    /// The same with the ids of a thread that has a number in its block; x counts fastest.
    pub fn at(self, number: i64) -> Self {
        let [x, y, _] = self.block_dim;
        Self {
            thread_id: [number % x, number / x % y, number / x / y],
            lane: number % self.subgroup_size,
            subgroup: number / self.subgroup_size,
            ..self
        }
    }

    /// Becomes the next thread of the block.
    pub fn advance(&mut self) {
        for (id, size) in self.thread_id.iter_mut().zip(self.block_dim) {
            *id += 1;
            if *id < size {
                break;
            }
            *id = 0;
        }
        self.lane += 1;
        if self.lane == self.subgroup_size {
            self.lane = 0;
            self.subgroup += 1;
        }
    }

    /// The same in the block that has a number in the grid.
    pub fn in_block(self, number: i64) -> Self {
        let [x, y, _] = self.grid_dim;
        Self { block_id: [number % x, number / x % y, number / x / y], ..self }
    }

    /// Its number in its block.
    pub fn number(&self) -> i64 {
        let ([x, y, z], [width, height, _]) = (self.thread_id, self.block_dim);
        x + width * (y + height * z)
    }

    /// The number of its block in the grid.
    pub fn block_number(&self) -> i64 {
        let ([x, y, z], [width, height, _]) = (self.block_id, self.grid_dim);
        x + width * (y + height * z)
    }
}

/// Three numbers, as people write them.
pub fn triple([x, y, z]: [i64; 3]) -> String {
    format!("({x}, {y}, {z})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ids_are_inverse() {
        let first = Thread::first([2, 3, 4], [5, 2, 3], 4);
        assert_eq!(first.subgroup_count, 8);
        let mut next = first;
        for number in 0..30 {
            let thread = first.at(number);
            assert_eq!((next.thread_id, next.lane, next.subgroup), (thread.thread_id, thread.lane, thread.subgroup));
            next.advance();
            assert_eq!(thread.number(), number);
            assert_eq!(thread.subgroup * 4 + thread.lane, number);
            assert!(thread.thread_id.iter().zip(first.block_dim).all(|(id, size)| *id < size));
        }
        assert_eq!(first.at(13).thread_id, [3, 0, 1]);
        assert!((0..24).all(|number| first.in_block(number).block_number() == number));
    }
}
