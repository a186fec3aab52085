"""Windows: statistics of the past alone, augmentation, and the same windows for the same seed."""

import dataclasses

import numpy as np
import pytest
import torch

from kronos.candles import read_file, read_folder, split_by_date
from kronos.config import Config
from kronos.windows import WindowSampler, mirror, normalise, time_features, validation_batches


def sampler(toy: Config, **changes: float) -> WindowSampler:
    files = read_folder(toy.data.folder)
    return WindowSampler(files, dataclasses.replace(toy.windows, **changes), {}, seed=5)


def test_statistics_never_see_what_follows_the_context():
    rng = np.random.default_rng(0)
    values = rng.lognormal(size=(60, 6)).astype(np.float32)
    other = values.copy()
    other[40:] *= 3
    np.testing.assert_array_equal(normalise(values, 40)[:40], normalise(other, 40)[:40])
    past = normalise(values, 40)[:40]
    np.testing.assert_allclose(past.mean(axis=0), 0, atol=0.2)  # not 0: clipped


def test_normalising_a_price_near_a_millionth_keeps_its_shape():
    values = np.random.default_rng(0).lognormal(size=(60, 6))
    cheap = normalise((values * 1e-6).astype(np.float32), 40)
    np.testing.assert_allclose(cheap, normalise(values.astype(np.float32), 40), atol=1e-3)


def test_a_constant_column_stays_finite():
    assert np.all(normalise(np.ones((60, 6), np.float32), 40) == 0)


def test_batches_depend_on_seed_and_step_alone(toy: Config):
    first, second = sampler(toy), sampler(toy)
    first.batch(0, 4)
    again, fresh = first.batch(9, 4), second.batch(9, 4)
    torch.testing.assert_close(again.candles, fresh.candles, rtol=0, atol=0)
    assert not torch.equal(again.candles, first.batch(10, 4).candles)


def test_contexts_keep_to_their_bounds(toy: Config):
    batch = sampler(toy).batch(0, 200)
    s = toy.windows
    assert batch.split.min() >= s.context_min
    assert batch.split.max() <= s.rows - s.horizon_min
    assert batch.candles.abs().max() <= 5


def test_without_volume_both_columns_are_zero(toy: Config):
    assert sampler(toy, no_volume_share=1.0).batch(0, 4).candles[..., 4:].abs().max() == 0
    assert sampler(toy, no_volume_share=0.0).batch(0, 4).candles[..., 4:].abs().max() > 0


def test_mirrored_candles_are_candles():
    candles = np.array([[1.0, 3.0, 0.5, 2.0, 7.0, 8.0]])
    np.testing.assert_array_equal(mirror(candles), [[-1.0, -0.5, -3.0, -2.0, 7.0, 8.0]])
    np.testing.assert_array_equal(mirror(mirror(candles)), candles)


def test_moving_by_weeks_keeps_the_weekday_and_the_hour(toy: Config):
    moved, still = sampler(toy, shift_share=1.0).batch(0, 8), sampler(toy, shift_share=0.0).batch(0, 8)
    hours = still.stamps[..., 1].diff(dim=1) % 24
    assert torch.all(hours == 1) and torch.all(moved.stamps[..., 1].diff(dim=1) % 24 == 1)
    assert not torch.equal(moved.stamps[..., 3:], still.stamps[..., 3:])


@pytest.mark.parametrize(
    ("time", "features"),
    [("2024-02-29T23:45", [45, 23, 3, 29, 2]), ("1970-01-01T00:00", [0, 0, 3, 1, 1]),
     ("2026-11-30T07:01", [1, 7, 0, 30, 11])],
)
def test_time_features(time: str, features: list[int]):
    minutes = np.datetime64(time, "m").astype(np.int64)
    assert time_features(np.array([minutes]))[0].tolist() == features


def test_training_rows_lie_before_the_date_and_forecasts_after_it(toy: Config):
    files = read_folder(toy.data.folder)
    training, validation = split_by_date(files, toy.data.validation_from, 32)
    cut = np.datetime64("2024-01-14", "m").astype(np.int64)
    for before, after, whole in zip(training[0].series, validation[0].series, files[0].series):
        assert before.stamps.max() < cut
        assert after.stamps[32] == cut
        assert len(before) + len(after) - 32 == len(whole)
    batches = validation_batches(validation, rows=48, context=32, per_file=4, size=2)
    assert sum(len(batch.split) for batch in batches) == 4


def test_a_market_without_a_date_is_refused(toy: Config):
    with pytest.raises(ValueError, match="no date for market toy"):
        split_by_date(read_folder(toy.data.folder), {}, 32)


def test_csv_without_amount_and_ids_reads_as_one_series(tmp_path):
    path = tmp_path / "mine-1d.csv"
    path.write_text("timestamp,open,high,low,close,volume\n2024-01-02,1,2,1,2,10\n2024-01-03,2,4,2,4,20\n")
    file = read_file(path)
    assert (file.name, file.market, len(file.series)) == ("mine-1d", "mine", 1)
    np.testing.assert_allclose(file.series[0].values[1], [2, 4, 2, 4, 20, 60])
    assert np.diff(file.series[0].stamps) == [24 * 60]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [("2024-01-03,1,2,1,2\n2024-01-02,1,2,1,2\n", "do not ascend"), ("2024-01-02,1,2,0,2\n", "not positive")],
)
def test_unusable_candles_are_refused(tmp_path, rows: str, reason: str):
    path = tmp_path / "mine-1d.csv"
    path.write_text("timestamp,open,high,low,close\n" + rows)
    with pytest.raises(ValueError, match=reason):
        read_file(path)
