use super::*;

#[test]
fn no_card_overlaps_another_and_none_leaves_the_picture() {
    for readings in [0, 1, 9, 10, 18, 200] {
        let layout = Layout::new(readings);
        let mut cards = vec![layout.header, layout.waveform, layout.loudness, layout.tone];
        if readings > 0 {
            cards.push(layout.footer);
        }
        for pair in cards.windows(2) {
            assert!(pair[0].bottom <= pair[1].top, "{readings} readings: {pair:?}");
        }
        assert!(cards.iter().all(|c| c.left >= 32.0 && c.right <= WIDTH as f32 - 32.0 && c.top >= 32.0));
        assert_eq!(cards.last().unwrap().bottom, HEIGHT as f32 - 32.0);
    }
}

#[test]
fn every_plot_is_high_enough_for_five_labels() {
    for readings in [0, 7, 18] {
        let layout = Layout::new(readings);
        for card in [layout.waveform, layout.loudness, layout.tone] {
            assert!(card.plot().height() >= 5.0 * 24.0, "{readings} readings: {:?}", card.plot());
        }
    }
}

#[test]
fn lanes_fill_the_area_with_gaps_between() {
    let area = Area { left: 0.0, top: 10.0, right: 100.0, bottom: 110.0 };
    let lanes: Vec<Area> = (0..3).map(|index| area.lane(index, 3, 5.0)).collect();
    assert_eq!((lanes[0].top, lanes[2].bottom), (10.0, 110.0));
    assert!(lanes.windows(2).all(|pair| pair[1].top - pair[0].bottom == 5.0));
    assert!(lanes.iter().all(|lane| lane.height() == 30.0));
}
