"""The user's benchmarks in a run: read as they are written."""

from small_shop import decided, sound


def test_a_segment_called_na_is_a_segment_and_a_blank_is_any(tmp_path):
    sector = tmp_path / "sector.csv"
    sector.write_text(
        "segment,metric,value,source,year\nNA,cac,10,survey,2024\n,ltv,20,survey,2024\n"
    )
    shop = sound() | {"settings": {"economics.benchmarks": str(sector)}}
    table = decided(shop, tmp_path).further["benchmarks.csv"]
    against = table.set_index("metric")["benchmark"]
    assert (against["ltv"] == 20).all()
    assert against["cac"].isna().all(), "no channel of this shop is called NA"
