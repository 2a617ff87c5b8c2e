{# Both sides are cast: without a type, a missing variable would make the whole hash NULL instead of an error. #}
{% macro duckdb__pad(side, purpose, key) %}
  {% set name = meshport.key_name(key) %}
  {% set texts = meshport.duckdb__literals([
    'meshport_' ~ purpose ~ '_' ~ side ~ '_' ~ name,
    'the meshport key ' ~ name ~ ' is not set: set MESHPORT_KEY_' ~ (name | upper),
  ]) %}
  {{ return(
    'coalesce(cast(getvariable(' ~ texts[0] ~ ') as blob), cast(error(' ~ texts[1] ~ ') as blob))'
  ) }}
{% endmacro %}
