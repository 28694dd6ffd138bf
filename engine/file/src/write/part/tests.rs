use crate::material::Bench;
use crate::{FileError, write_bytes, write_text};
use std::fs;
use std::path::Path;

fn refusal(path: impl AsRef<Path>) -> FileError {
    let error = write_text(path, "x").unwrap_err();
    assert!(error.to_string().contains(';'), "no way out is named: {error}");
    error
}

#[test]
fn a_text_is_written_whole_and_replaces_what_was_there() {
    let bench = Bench::new();
    write_text(bench.path("patch.json"), "{}\n").unwrap();
    write_text(bench.path("patch.json"), "{\"format\": 1}\n").unwrap();
    write_bytes(bench.path("deeper/picture.png"), &[1, 2, 3]).unwrap();
    assert_eq!(fs::read_to_string(bench.path("patch.json")).unwrap(), "{\"format\": 1}\n");
    assert_eq!(fs::read(bench.path("deeper/picture.png")).unwrap(), [1, 2, 3]);
    assert_eq!(bench.names(), ["deeper", "patch.json"]);
}

#[test]
fn a_folder_is_not_replaced() {
    let bench = Bench::new();
    fs::create_dir(bench.path("out.wav")).unwrap();
    for path in [
        bench.path("out.wav"),
        bench.path("out.wav/"),
        bench.path("new/"),
        "/".into(),
        "..".into(),
        "".into(),
    ] {
        assert!(matches!(refusal(&path), FileError::Folder { .. }), "{}", path.display());
    }
    assert_eq!(bench.names(), ["out.wav"]);
}

#[test]
#[cfg(unix)]
fn a_device_is_not_replaced() {
    assert!(matches!(refusal("/dev/null"), FileError::Special { .. }));
}

#[test]
fn a_file_in_the_place_of_a_folder_is_named() {
    let bench = Bench::new();
    let file = bench.file("file", b"mine");
    for below in ["out.wav", "deeper/out.wav"] {
        let error = refusal(file.join(below));
        assert!(matches!(&error, FileError::NotFolder { path } if *path == file), "{error}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_to_is_said_to_be_so() {
    // Not even the superuser makes files there.
    if Path::new("/sys/kernel").is_dir() {
        assert!(matches!(refusal("/sys/kernel/out.wav"), FileError::Denied { .. }));
    } else {
        eprintln!("no /sys here: not tested");
    }
}

#[test]
fn a_write_protected_file_is_not_replaced() {
    let bench = Bench::new();
    let path = bench.file("master.wav", b"final");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert!(matches!(refusal(&path), FileError::Protected { .. }));
    assert_eq!(fs::read(&path).unwrap(), b"final");
}

#[test]
#[cfg(unix)]
fn permissions_are_those_of_the_old_file_or_of_any_new_file() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let mode = |name: &str| fs::metadata(bench.path(name)).unwrap().permissions().mode() & 0o777;
    bench.file("plain", b"made directly");
    write_text(bench.path("new"), "x").unwrap();
    assert_eq!(mode("new"), mode("plain"));
    fs::set_permissions(bench.path("plain"), PermissionsExt::from_mode(0o640)).unwrap();
    write_text(bench.path("plain"), "x").unwrap();
    assert_eq!(mode("plain"), 0o640);
}

#[test]
#[cfg(unix)]
fn a_link_stays_a_link_and_the_file_behind_it_is_replaced() {
    let bench = Bench::new();
    fs::create_dir(bench.path("there")).unwrap();
    let file = bench.file("there/real.txt", b"old");
    std::os::unix::fs::symlink(&file, bench.path("link.txt")).unwrap();
    write_text(bench.path("link.txt"), "new").unwrap();
    assert!(fs::symlink_metadata(bench.path("link.txt")).unwrap().is_symlink());
    assert_eq!(fs::read(&file).unwrap(), b"new");
    assert_eq!(bench.names(), ["link.txt", "there"]);
}

#[test]
fn long_names_and_names_beyond_ascii_are_possible() {
    let bench = Bench::new();
    for name in ["ü".repeat(120) + ".wav", "x".repeat(250), "Straße 7 — Mix №2.wav".into()] {
        write_text(bench.path(&name), "x").unwrap();
        assert_eq!(fs::read(bench.path(&name)).unwrap(), b"x");
        fs::remove_file(bench.path(&name)).unwrap();
    }
    assert_eq!(bench.names(), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_place_where_nothing_can_be_made_is_told_by_the_name_that_was_asked_for() {
    let told = refusal("/proc/patch.json").to_string();
    assert!(told.starts_with("/proc/patch.json: ") && !told.contains("part"), "{told}");
}
