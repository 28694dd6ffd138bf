//! How urgent the system takes a thread to be. Helpers rank as the callback does: one that ranked higher could keep the
//! callback from the very work that it waits for.

use thread_priority::{ThreadPriority, set_current_thread_priority};

/// The real-time priority of this thread; 0 where it has none.
#[cfg(unix)]
pub fn rank() -> i32 {
    use thread_priority::unix::{ThreadSchedulePolicy, thread_native_id, thread_schedule_policy_param};
    match thread_schedule_policy_param(thread_native_id()) {
        Ok((ThreadSchedulePolicy::Realtime(_), parameters)) => parameters.sched_priority,
        _ => 0,
    }
}

/// The real-time priority of this thread; 0 where it has none.
#[cfg(not(unix))]
pub fn rank() -> i32 {
    0
}

/// Takes such a rank, or, where there is none or the system does not allow it, the highest that the ordinary ones have.
pub fn take(rank: i32) {
    #[cfg(unix)]
    if rank > 0 {
        use thread_priority::unix::{
            RealtimeThreadSchedulePolicy, ScheduleParams, ThreadSchedulePolicy,
            set_thread_priority_and_policy, thread_native_id,
        };
        let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
        let priority = ThreadPriority::from_posix(ScheduleParams { sched_priority: rank });
        if set_thread_priority_and_policy(thread_native_id(), priority, policy).is_ok() {
            return;
        }
    }
    // Where this is not allowed either, it helps as it can.
    let _ = set_current_thread_priority(ThreadPriority::Max);
}
