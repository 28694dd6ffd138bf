//! Runs a piece of work compiled for the instruction set of the machine that it finds itself on.

/// Work that is compiled once for each instruction set. `run` and all that it calls should be `#[inline(always)]`,
/// else a part is left in the baseline (slower, with the same bits).
pub trait Task {
    /// What the work returns.
    type Output;
    /// Does the work.
    fn run(self) -> Self::Output;
}

/// Runs `task` with the best instruction set of this machine.
#[inline]
pub fn dispatch<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::is_x86_feature_detected as has;
        if has!("avx512f")
            && has!("avx512vl")
            && has!("avx512dq")
            && has!("avx2")
            && has!("fma")
            && has!("bmi2")
        {
            // SAFETY: the features that the function is compiled for were just found on this machine.
            return unsafe { avx512(task) };
        }
        if has!("avx2") && has!("fma") && has!("bmi2") {
            // SAFETY: the features that the function is compiled for were just found on this machine.
            return unsafe { avx2(task) };
        }
    }
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,bmi2")]
fn avx2<T: Task>(task: T) -> T::Output {
    task.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx2,fma,bmi2")]
fn avx512<T: Task>(task: T) -> T::Output {
    task.run()
}
