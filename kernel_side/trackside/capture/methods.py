"""Methods by name: which leave their object as it was, which change it; of others nobody can say. Pure."""

from __future__ import annotations

from typing import Final

#: Methods known to leave their object as it was.
PURE: Final = frozenset(
    "score predict predict_proba predict_log_proba decision_function transform head tail describe "
    "info show plot hist sum mean std var median min max copy items keys values get to_csv to_numpy "
    "to_list tolist item format join split strip lstrip rstrip lower upper title startswith endswith "
    "replace count index corr cov groupby value_counts unique nunique isnull isna notnull notna "
    "astype apply map merge query savefig eval parameters summary evaluate numpy cpu detach round "
    "reshape dot ravel flatten argmax argmin argsort sample assign sort_values sort_index drop dropna "
    "fillna rename reset_index set_index pivot pivot_table melt agg aggregate quantile select_dtypes "
    "memory_usage duplicated drop_duplicates isin between clip abs cumsum diff shift rolling resample "
    "interpolate to_frame to_dict to_json to_excel to_parquet to_pickle to_html to_string iterrows "
    "itertuples boxplot bar scatter barh line nlargest nsmallest where mask crosstab explode stack "
    "unstack transpose any all get_params get_feature_names_out size dim numel view permute squeeze "
    "unsqueeze float int long bool half double save render display print read exists is_file is_dir "
    "glob iterdir read_text mkdir resolve joinpath open encode decode zfill splitlines find isdigit "
    "search match findall finditer state_dict named_parameters total_seconds strftime isoformat date "
    "time".split()
)
#: Methods known to change their object.
CHANGING: Final = frozenset(
    "append extend insert remove pop popitem update add discard clear setdefault sort reverse appendleft "
    "fit partial_fit load_state_dict compile fill resize put setflags".split()
)
