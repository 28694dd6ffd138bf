//! Icons: lines of our own, in a box of 16 by 16.

use super::Kept;
use super::small::Small;
use iced::advanced::graphics::geometry::{LineCap, LineJoin, Path, Stroke, path::Builder};
use iced::{Color, Element, Length, Point, Rectangle, Renderer, Size, mouse};
use std::cell::Cell;

/// A picture for a button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Plays.
    Play,
    /// Stops.
    Stop,
    /// To the start.
    Start,
    /// The sound is on.
    Sound,
    /// The sound is off.
    Silent,
    /// Takes back.
    Undo,
    /// Does again.
    Redo,
    /// Adds.
    Add,
    /// Opens.
    Open,
    /// Saves.
    Save,
    /// All commands.
    Commands,
    /// Closes.
    Close,
    /// Sees all.
    Fit,
    /// Stands first.
    Favourite,
    /// Does not.
    NoFavourite,
    /// A step back.
    Back,
    /// A step forth.
    Forth,
}

/// A star of five points, closed.
const STAR: &[(f32, f32)] = &[
    (8.0, 2.5),
    (9.6, 6.1),
    (13.5, 6.5),
    (10.6, 9.1),
    (11.4, 13.0),
    (8.0, 11.0),
    (4.6, 13.0),
    (5.4, 9.1),
    (2.5, 6.5),
    (6.4, 6.1),
    (8.0, 2.5),
];

/// A stroke of an icon: places that are joined, and whether the last is joined to the first and filled.
type Line = (&'static [(f32, f32)], bool);

impl Icon {
    fn lines(self) -> &'static [Line] {
        match self {
            Self::Back => &[(&[(10.0, 3.5), (5.5, 8.0), (10.0, 12.5)], false)],
            Self::Forth => &[(&[(6.0, 3.5), (10.5, 8.0), (6.0, 12.5)], false)],
            Self::Play => &[(&[(4.5, 3.0), (13.0, 8.0), (4.5, 13.0)], true)],
            Self::Stop => &[(&[(4.0, 4.0), (12.0, 4.0), (12.0, 12.0), (4.0, 12.0)], true)],
            Self::Start => {
                &[(&[(4.0, 3.5), (4.0, 12.5)], false), (&[(12.5, 3.5), (6.0, 8.0), (12.5, 12.5)], true)]
            }
            Self::Sound => &[
                (&[(2.5, 6.0), (5.0, 6.0), (8.5, 3.0), (8.5, 13.0), (5.0, 10.0), (2.5, 10.0)], true),
                (&[(11.0, 5.5), (12.2, 8.0), (11.0, 10.5)], false),
                (&[(13.0, 3.8), (14.6, 8.0), (13.0, 12.2)], false),
            ],
            Self::Silent => &[
                (&[(2.5, 6.0), (5.0, 6.0), (8.5, 3.0), (8.5, 13.0), (5.0, 10.0), (2.5, 10.0)], true),
                (&[(11.0, 6.0), (15.0, 10.0)], false),
                (&[(15.0, 6.0), (11.0, 10.0)], false),
            ],
            Self::Undo => &[
                (&[(6.0, 3.0), (3.0, 6.0), (6.0, 9.0)], false),
                (
                    &[
                        (3.0, 6.0),
                        (10.0, 6.0),
                        (12.6, 7.2),
                        (13.0, 9.5),
                        (12.0, 12.0),
                        (9.0, 13.0),
                        (7.0, 13.0),
                    ],
                    false,
                ),
            ],
            Self::Redo => &[
                (&[(10.0, 3.0), (13.0, 6.0), (10.0, 9.0)], false),
                (
                    &[(13.0, 6.0), (6.0, 6.0), (3.4, 7.2), (3.0, 9.5), (4.0, 12.0), (7.0, 13.0), (9.0, 13.0)],
                    false,
                ),
            ],
            Self::Add => &[(&[(8.0, 3.0), (8.0, 13.0)], false), (&[(3.0, 8.0), (13.0, 8.0)], false)],
            Self::Open => &[
                (&[(2.5, 12.5), (2.5, 4.0), (6.5, 4.0), (8.0, 5.8), (13.0, 5.8), (13.0, 7.5)], false),
                (&[(2.5, 12.5), (4.8, 7.5), (14.5, 7.5), (12.2, 12.5), (2.5, 12.5)], false),
            ],
            Self::Save => &[
                (&[(8.0, 2.5), (8.0, 10.0)], false),
                (&[(5.0, 7.0), (8.0, 10.0), (11.0, 7.0)], false),
                (&[(3.0, 10.5), (3.0, 13.5), (13.0, 13.5), (13.0, 10.5)], false),
            ],
            Self::Commands => &[
                (&[(3.0, 4.5), (13.0, 4.5)], false),
                (&[(3.0, 8.0), (13.0, 8.0)], false),
                (&[(3.0, 11.5), (9.0, 11.5)], false),
            ],
            Self::Close => &[(&[(4.0, 4.0), (12.0, 12.0)], false), (&[(12.0, 4.0), (4.0, 12.0)], false)],
            Self::Favourite => &[(STAR, true)],
            Self::NoFavourite => &[(STAR, false)],
            Self::Fit => &[
                (&[(3.0, 6.0), (3.0, 3.0), (6.0, 3.0)], false),
                (&[(10.0, 3.0), (13.0, 3.0), (13.0, 6.0)], false),
                (&[(13.0, 10.0), (13.0, 13.0), (10.0, 13.0)], false),
                (&[(6.0, 13.0), (3.0, 13.0), (3.0, 10.0)], false),
            ],
        }
    }
}

/// An icon as a widget, in a colour.
pub fn icon<'a, Message: 'a>(icon: Icon, color: Color) -> Element<'a, Message> {
    super::small::element(Drawn { icon, color })
}

struct Drawn {
    icon: Icon,
    color: Color,
}

const SIZE: f32 = 16.0;

#[derive(Default)]
struct State {
    kept: Kept,
    /// What was drawn last.
    last: Cell<Option<(Icon, Color)>>,
}

impl<Message> Small<Message> for Drawn {
    type State = State;

    fn size(&self) -> Size<Length> {
        Size::new(Length::Fixed(SIZE), Length::Fixed(SIZE))
    }

    fn draw(&self, state: &State, renderer: &mut Renderer, bounds: Rectangle, _: mouse::Cursor) {
        let now = Some((self.icon, self.color));
        let anew = state.last.replace(now) != now;
        super::paint(&state.kept, renderer, bounds, anew, |frame| {
            for (places, filled) in self.icon.lines() {
                let path = Path::new(|path: &mut Builder| {
                    for (k, &(x, y)) in places.iter().enumerate() {
                        let at = Point::new(x, y);
                        if k == 0 { path.move_to(at) } else { path.line_to(at) }
                    }
                    if *filled {
                        path.close();
                    }
                });
                if *filled {
                    frame.fill(&path, self.color);
                }
                let round =
                    Stroke { line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
                frame.stroke(&path, round.with_color(self.color).with_width(1.4));
            }
        });
    }
}
