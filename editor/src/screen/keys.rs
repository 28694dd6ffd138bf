//! Keys of the toolkit as keys of the keymap.

use super::Message;
use crate::keymap::Chord;
use iced::keyboard::{Event, Key, Modifiers, key::Named};

/// What a key means, whether a field has taken it (`captured`) or nothing has wanted it.
pub fn heard(event: &Event, captured: bool) -> Option<Message> {
    let chord = chord(event)?;
    if !captured {
        return Some(Message::Key(chord));
    }
    // A field that is left by Escape puts away what it belongs to.
    (chord.key == "Escape").then_some(Message::Escaped)
}

/// The key of an event; nothing where none was pressed.
fn chord(event: &Event) -> Option<Chord> {
    let Event::KeyPressed { key, modified_key, modifiers, .. } = event else { return None };
    of(key, modified_key, *modifiers)
}

fn of(key: &Key, modified: &Key, held: Modifiers) -> Option<Chord> {
    let (name, sign) = match (key, modified) {
        (Key::Named(Named::Space), _) => ("Space".to_string(), false),
        (Key::Named(named), _) => (format!("{named:?}"), false),
        (Key::Character(c), modified) if c.chars().all(char::is_alphabetic) => {
            let _ = modified;
            (c.to_uppercase(), false)
        }
        // Of signs that counts which is written on the key, however it is reached.
        (_, Key::Character(c)) => (c.to_uppercase(), true),
        (Key::Character(c), _) => (c.to_uppercase(), true),
        _ => return None,
    };
    Some(Chord { ctrl: held.command(), shift: held.shift() && !sign, alt: held.alt(), key: name })
}
