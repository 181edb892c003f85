"""The reader's scores on a sample are computed through the product's own functions and shown by seed."""

from experiments.sample_reading import score_seeds, table


def test_the_scores_of_two_seeds_stand_beside_their_mean() -> None:
    scores = score_seeds([101, 102])
    assert all(each.documents == 16 for each in scores.values())
    assert all(each.gold_events > 150 for each in scores.values())
    assert all(each.event_f1 > 0.8 for each in scores.values())
    first = table(scores).split("\n")[2]
    assert first.startswith("| event_f1 | 0.9")
    assert first.count("|") == 5
