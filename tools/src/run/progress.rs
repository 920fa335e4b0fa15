//! A line on a terminal about work that takes long.

use std::{
    io::{IsTerminal, Write},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Shows what goes on once it has taken two seconds; nothing if stderr is no terminal.
pub struct Progress(Arc<Mutex<State>>);

struct State {
    stage: Option<&'static str>,
    since: Instant,
    shown: bool,
}

impl Progress {
    /// Starts to watch.
    pub fn new() -> Self {
        let state = Arc::new(Mutex::new(State { stage: None, since: Instant::now(), shown: false }));
        if std::io::stderr().is_terminal() {
            let weak = Arc::downgrade(&state);
            std::thread::spawn(move || {
                loop {
                    std::thread::sleep(Duration::from_millis(500));
                    let Some(state) = weak.upgrade() else { return };
                    show(&mut state.lock().unwrap_or_else(PoisonError::into_inner));
                }
            });
        }
        Self(state)
    }

    /// Says what is going on now.
    pub fn stage(&self, name: &'static str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clear(&mut state);
        state.stage = Some(name);
        state.since = Instant::now();
    }

    /// Nothing is going on; the line goes away.
    pub fn done(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        clear(&mut state);
        state.stage = None;
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

fn show(state: &mut State) {
    let seconds = state.since.elapsed().as_secs();
    if let Some(stage) = state.stage.filter(|_| seconds >= 2) {
        // A progress line that cannot be shown is no failure.
        let _ = write!(std::io::stderr(), "\r\x1b[Kautodiff-run: {stage} ({seconds} s)");
        state.shown = true;
    }
}

fn clear(state: &mut State) {
    if std::mem::take(&mut state.shown) {
        let _ = write!(std::io::stderr(), "\r\x1b[K");
    }
}
