//! A line on a terminal about work that takes long.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::{thread, time::Duration};

/// How long a command runs before it says what it does.
const PATIENCE: Duration = Duration::from_secs(2);

/// Shows what goes on once the command has run for two seconds; nothing if stderr is no terminal.
pub struct Progress(ProgressBar);

impl Progress {
    /// Starts to watch.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("autodiff-run: {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let weak = bar.downgrade();
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            if let Some(bar) = weak.upgrade().filter(|bar| !bar.is_finished()) {
                bar.set_draw_target(ProgressDrawTarget::stderr());
                bar.enable_steady_tick(Duration::from_millis(500));
            }
        });
        Self(bar)
    }

    /// Says what is going on now.
    pub fn stage(&self, name: &'static str) {
        self.0.reset_elapsed();
        self.0.set_message(name);
    }

    /// Nothing is going on; the line goes away.
    pub fn done(&self) {
        self.0.finish_and_clear();
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}
