//! Runs a piece of work compiled for the instruction set of the machine that it finds itself on.

use std::sync::atomic::{AtomicU8, Ordering};

/// Work that is compiled once for each instruction set. `run` and all that it calls should be `#[inline(always)]`,
/// else a part is left in the baseline (slower, with the same bits).
pub trait Task {
    /// What the work returns.
    type Output;
    /// Does the work.
    fn run(self) -> Self::Output;
}

/// What the machine can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of its kind can: four lanes.
    Baseline = 1,
    /// AVX2 with fused multiply-add: eight lanes.
    Avx2 = 2,
    /// AVX-512: sixteen lanes.
    Avx512 = 3,
}

impl Level {
    /// How many lanes of single precision one register holds.
    pub const fn lanes(self) -> usize {
        match self {
            Self::Baseline => 4,
            Self::Avx2 => 8,
            Self::Avx512 => 16,
        }
    }

    fn find() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            use std::arch::is_x86_feature_detected as has;
            if has!("avx2") && has!("fma") && has!("bmi2") {
                let wide = has!("avx512f") && has!("avx512vl") && has!("avx512dq") && has!("avx512bw");
                return if wide { Self::Avx512 } else { Self::Avx2 };
            }
        }
        Self::Baseline
    }
}

/// What this machine can do, found once.
#[inline(always)]
pub fn level() -> Level {
    static FOUND: AtomicU8 = AtomicU8::new(0);
    match FOUND.load(Ordering::Relaxed) {
        3 => Level::Avx512,
        2 => Level::Avx2,
        1 => Level::Baseline,
        _ => {
            let found = Level::find();
            FOUND.store(found as u8, Ordering::Relaxed);
            found
        }
    }
}

/// Runs `task` with the best instruction set of this machine.
#[inline]
pub fn dispatch<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    match level() {
        // SAFETY: the features that the function is compiled for were found on this machine.
        Level::Avx512 => return unsafe { avx512(task) },
        // SAFETY: the features that the function is compiled for were found on this machine.
        Level::Avx2 => return unsafe { avx2(task) },
        Level::Baseline => {}
    }
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
fn avx2<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma,bmi2")]
fn avx512<T: Task>(task: T) -> T::Output {
    task.run()
}
