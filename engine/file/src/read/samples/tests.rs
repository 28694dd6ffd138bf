use super::*;

/// Spreads samples of one kind over `width` channels and puts them together again.
fn spread(sample: Sample, bytes: &[u8], width: usize) -> Vec<f32> {
    let mut channels = vec![vec![9.0; 3]; width];
    sample.spread(bytes, &mut channels);
    let frames = bytes.len() / sample.bytes() / width;
    assert!(channels.iter().all(|channel| channel.len() == frames));
    (0..frames * width).map(|index| channels[index % width][index / width]).collect()
}

#[test]
fn every_kind_of_sample_has_its_full_scale_and_its_smallest_step() {
    let cases: [(Sample, &[u8], &[f32]); 6] = [
        (
            Sample::U8,
            &[0, 1, 127, 128, 129, 255],
            &[-1.0, -127.0 / 128.0, -1.0 / 128.0, 0.0, 1.0 / 128.0, 127.0 / 128.0],
        ),
        (
            Sample::I16,
            &[0, 0x80, 0xff, 0x7f, 1, 0, 0xff, 0xff],
            &[-1.0, 32_767.0 / 32_768.0, 2f32.powi(-15), -2f32.powi(-15)],
        ),
        (
            Sample::I24,
            &[0, 0, 0x80, 0xff, 0xff, 0x7f, 1, 0, 0, 0xff, 0xff, 0xff],
            &[-1.0, 8_388_607.0 / 8_388_608.0, 2f32.powi(-23), -2f32.powi(-23)],
        ),
        // The uppermost word is nearer to 1 than to the number before it.
        (
            Sample::I32,
            &[0, 0, 0, 0x80, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0, 0, 0, 0, 0, 0x40],
            &[-1.0, 1.0, 2f32.powi(-31), 0.5],
        ),
        (
            Sample::F32,
            &[0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x20, 0x3e],
            &[1.0, -2.0, 0.0, 0.156_25],
        ),
        (Sample::F64, &[0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0xc4, 0xbf], &[1.0, -0.156_25]),
    ];
    for (sample, bytes, expected) in cases {
        for width in [1, 2].into_iter().filter(|width| expected.len() % width == 0) {
            assert_eq!(spread(sample, bytes, width), expected, "{sample:?}, {width} channels");
        }
    }
}

#[test]
fn any_number_of_channels_is_taken_apart_in_order() {
    for width in [1, 2, 3, 4, 5, 6, 7, 8, 16, 17, 63, 64] {
        let words: Vec<i16> = (0..width as i16 * 37).collect();
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let expected: Vec<f32> = words.iter().map(|&word| f32::from(word) / 32_768.0).collect();
        assert_eq!(spread(Sample::I16, &bytes, width), expected, "{width} channels");
    }
}

#[test]
fn no_bytes_are_no_frames() {
    assert_eq!(spread(Sample::F64, &[], 2), [0.0; 0]);
}
