//! Where in a picture a view's samples lie.

use super::view::{Frame, Kind, View};

/// An oblique grid of 64x64 samples over a picture: the sample in row `j` and column `i` lies at
/// `origin + (i + 1/2) across + (j + 1/2) down`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) origin: (f32, f32),
    pub(super) across: (f32, f32),
    pub(super) down: (f32, f32),
}

/// A centre, and the vectors along the sides of a rectangle, in pixels of the picture.
struct Rectangle {
    center: (f32, f32),
    across: (f32, f32),
    down: (f32, f32),
}

/// Where `view` of a picture of `size` pixels lies on an overview with `extent` averages along its sides; `None` if
/// the view is the whole picture.
pub(super) fn of(view: View, size: (f32, f32), extent: (f32, f32)) -> Option<Place> {
    let frame = match view.kind() {
        Kind::Crop { left, right, top, bottom } => {
            let share = |cut: u8| f32::from(cut) / 100.0;
            let (left, right) = (share(left) * size.0, (1.0 - share(right)) * size.0);
            let (top, bottom) = (share(top) * size.1, (1.0 - share(bottom)) * size.1);
            Rectangle {
                center: ((left + right) / 2.0, (top + bottom) / 2.0),
                across: (right - left, 0.0),
                down: (0.0, bottom - top),
            }
        }
        Kind::Shape { width, height } => shape(size, f32::from(width) / f32::from(height))?,
        Kind::Tilt { frame, half_degrees } => tilt(size, frame, half_degrees),
    };
    let scale = (extent.0 / size.0, extent.1 / size.1);
    let scaled = |vector: (f32, f32), by: f32| (vector.0 * scale.0 * by, vector.1 * scale.1 * by);
    let corner = (
        frame.center.0 - (frame.across.0 + frame.down.0) / 2.0,
        frame.center.1 - (frame.across.1 + frame.down.1) / 2.0,
    );
    Some(Place {
        origin: scaled(corner, 1.0),
        across: scaled(frame.across, 1.0 / 64.0),
        down: scaled(frame.down, 1.0 / 64.0),
    })
}

/// The middle of the picture that is `shape` as wide as high.
fn shape(size: (f32, f32), shape: f32) -> Option<Rectangle> {
    let (width, height) = (size.0.min(size.1 * shape), size.1.min(size.0 / shape));
    let kept = (width / size.0).min(height / size.1);
    // Closer to the picture than its hash tells apart, or so little of it that chance decides.
    (0.45..0.99).contains(&kept).then_some(Rectangle {
        center: (size.0 / 2.0, size.1 / 2.0),
        across: (width, 0.0),
        down: (0.0, height),
    })
}

/// What the frame shows once the picture is turned in it.
fn tilt(size: (f32, f32), frame: Frame, half_degrees: i8) -> Rectangle {
    let (sine, cosine) = sine_and_cosine(f32::from(half_degrees) * core::f32::consts::PI / 360.0);
    let slant = sine.abs();
    let (width, height) = match frame {
        Frame::Kept => size,
        Frame::Grown => (size.0 * cosine + size.1 * slant, size.0 * slant + size.1 * cosine),
        Frame::Filled => {
            let scale = cosine + slant * (size.0 / size.1).max(size.1 / size.0);
            (size.0 / scale, size.1 / scale)
        }
    };
    // The picture turns clockwise in the frame, so the frame turns counter-clockwise in the picture.
    Rectangle {
        center: (size.0 / 2.0, size.1 / 2.0),
        across: (width * cosine, -width * sine),
        down: (height * sine, height * cosine),
    }
}

/// Of an angle of a few degrees, in radians. `core` has neither function; the terms left out are below 1e-8.
fn sine_and_cosine(angle: f32) -> (f32, f32) {
    let square = angle * angle;
    let sine = angle * (1.0 - square / 6.0 * (1.0 - square / 20.0));
    let cosine = 1.0 - square / 2.0 * (1.0 - square / 12.0 * (1.0 - square / 30.0));
    (sine, cosine)
}
