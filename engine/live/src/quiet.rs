//! Keeps the libraries of sound systems from writing to standard error: what matters of it comes back as an error.

/// From now on, on this thread.
#[cfg(target_os = "linux")]
pub fn hush() {
    // What was collected so far goes with the old handler. Without one, the library is merely loud.
    let _ = alsa::Output::local_error_handler();
    if jack::jack_sys::library().is_ok() {
        jack::set_logger(jack::LoggerType::None);
    }
}

/// Elsewhere they are quiet by themselves.
#[cfg(not(target_os = "linux"))]
pub fn hush() {}
