//! Several directions at once: adjoints by lane.

use crate::engine::{Result, Reverse};
use autodiff_dialect::ir::Value;

impl Reverse<'_> {
    /// The number of directions.
    pub fn width(&self) -> usize {
        self.width
    }

    pub fn lane(&self) -> usize {
        self.lane
    }

    /// Does something for each direction.
    pub fn each_lane(&mut self, mut body: impl FnMut(&mut Self) -> Result<()>) -> Result<()> {
        for lane in 0..self.width {
            self.lane = lane;
            let result = body(self);
            self.lane = 0;
            result?;
        }
        Ok(())
    }

    /// Takes the adjoints of values, in the types of sums: those of one value, in all directions, stand together.
    pub fn take_lanes(&mut self, values: &[Value]) -> Vec<Option<Value>> {
        let mut taken = vec![];
        for value in values {
            for lane in 0..self.width {
                taken.push(self.frames.last_mut().and_then(|frame| frame.adjoints.remove(&(*value, lane))));
            }
        }
        taken
    }

    /// As [`Self::take_lanes`], as SSA values.
    pub fn take_lanes_or_zero(&mut self, values: &[Value]) -> Result<Vec<Value>> {
        let mut adjoints = vec![];
        for value in values {
            self.each_lane(|reverse| {
                adjoints.push(reverse.take_sum_or_zero(*value)?);
                Ok(())
            })?;
        }
        Ok(adjoints)
    }

    /// As [`Self::take_lanes_or_zero`], rounded to the types of the values: what others are given.
    pub fn take_rounded_lanes(&mut self, values: &[Value]) -> Result<Vec<Value>> {
        let mut adjoints = vec![];
        for value in values {
            self.each_lane(|reverse| {
                adjoints.push(reverse.take_adjoint_or_zero(*value)?);
                Ok(())
            })?;
        }
        Ok(adjoints)
    }

    /// Replaces the adjoints of values, in the order of [`Self::take_lanes`].
    pub fn set_lanes(&mut self, values: &[Value], adjoints: &[Option<Value>]) {
        let Some(frame) = self.frames.last_mut() else { return };
        for (value, adjoints) in values.iter().zip(adjoints.chunks(self.width)) {
            for (lane, adjoint) in adjoints.iter().enumerate() {
                frame.adjoints.extend(adjoint.map(|adjoint| ((*value, lane), adjoint)));
            }
        }
    }

    /// Adds to the adjoints of values, in the order of [`Self::take_lanes`].
    pub fn accumulate_lanes(&mut self, values: &[Value], bars: &[Option<Value>]) -> Result<()> {
        for (value, bars) in values.iter().zip(bars.chunks(self.width)) {
            self.each_lane(|reverse| match bars[reverse.lane] {
                Some(bar) => reverse.accumulate(*value, bar),
                None => Ok(()),
            })?;
        }
        Ok(())
    }
}

/// Adjoints that are all there.
pub fn some(values: &[Value]) -> Vec<Option<Value>> {
    values.iter().copied().map(Some).collect()
}
