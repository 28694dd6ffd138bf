//! `edit`: the window in which a patch is edited.

use super::script::is_script;
use super::source;
use crate::cli::Edit;
use crate::failure::Failure;
use crate::progress;
use signalbox_editor::{Options, Output, prefer_processor, run as open_window, session};
use signalbox_live::Wanted;
use std::path::Path;

/// Opens the window on a patch, the mix of a folder, or a first patch.
pub fn run(options: &Edit) -> Result<(), Failure> {
    prefer_processor();
    let wanted = Wanted {
        host: options.host.clone(),
        device: options.device.clone(),
        rate: options.rate,
        buffer: options.buffer,
        input: None,
    };
    let output = Output { wanted, midi: true, deaf: false };
    let mut editor =
        Options { output, home: session::folder(), stands: options.stopped, ..Options::default() };
    match options.patch.as_deref() {
        Some(folder) if folder.is_dir() => {
            let mut patch = source::open(folder, options.rate)?.patch;
            let own = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
            patch.title = own.file_name().unwrap_or_default().to_string_lossy().into_owned();
            editor.patch = Some((patch, folder.into()));
        }
        // A script stays a text: what it writes is shown, and saved as a patch of its own.
        Some(script) if is_script(script) => {
            let folder = script.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
            editor.patch = Some((source::open(script, options.rate)?.patch, folder.into()));
        }
        Some(file) => {
            // What is wrong with it is told before there is a window.
            source::open(file, options.rate)?;
            editor.path = Some(file.into());
        }
        None => {}
    }
    // Work that was not saved is kept beside, and offered when the window is opened again.
    progress::interrupts_at_once(true);
    open_window(editor).map_err(Failure::new)
}
