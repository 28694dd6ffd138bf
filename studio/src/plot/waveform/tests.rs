use super::*;

#[test]
fn channels_have_their_names_in_the_order_of_a_wav_file() {
    assert_eq!(names(1), ["Mono"]);
    assert_eq!(names(2), ["Left", "Right"]);
    assert_eq!(names(6)[2..4], ["Centre", "LFE"]);
    assert_eq!(names(3), ["Channel 1", "Channel 2", "Channel 3"]);
    assert!((0..=64).all(|count| names(count).len() == count));
}

#[test]
fn more_channels_than_lanes_are_drawn_as_one() {
    assert_eq!(lanes(&Audio::silence(48_000, 8, 100), 50).len(), 8);
    let nine = Audio::silence(48_000, 9, 100);
    let many = lanes(&nine, 50);
    assert_eq!((many.len(), many[0].name.as_str()), (1, "9 channels"));
}

#[test]
fn a_channel_that_lacks_frames_is_drawn_all_the_same() {
    let audio = Audio { rate: 48_000, channels: vec![vec![0.5; 1000], vec![0.25; 10]] };
    let lanes = lanes(&audio, 100);
    assert_eq!((lanes[0].summary.peak, lanes[1].summary.peak), (0.5, 0.25));
}
