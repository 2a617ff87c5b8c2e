{% macro complete_port(port, keep_previous=true) %}
  {{ return(adapter.dispatch('complete_port', 'meshport')(port, keep_previous)) }}
{% endmacro %}

{% macro duckdb__complete_port(port, keep_previous=true) %}
  {{ return(dict(port, zone={'database': port.target.database, 'schemas': [port.target.schema]}, properties={})) }}
{% endmacro %}

{# What the program would send: the mode, functions with their names, raw copies, and what stands in the catalog now. #}
{% macro databricks__complete_port(port, keep_previous=true) %}
  {% set standing = meshport.databricks__standing(port.target) %}
  {% set noted = standing.properties if standing else {} %}
  {% set mode = port.mode or meshport.databricks__mode(port) %}
  {% set build = invocation_id | replace('-', '') %}
  {% set target = dict(port.target, is_view=mode == 'view') %}
  {% set complete = dict(port, target=target, mode=mode, standing=standing,
    audited=meshport.databricks__raw_copy(port, build),
    audited_previous=meshport.databricks__raw_copy(port, noted.previous_build or 'none'),
    previous=meshport.databricks__raw_copy(port, 'previous')) %}
  {% do complete.update(meshport.databricks__named_functions(port)) %}
  {# What is none is removed, and only what is there can be. #}
  {% set properties = {} %}
  {% set written = {'build': build, 'source_version': '@@pin@@' if mode == 'clone' else none,
    'previous_build': noted.build if keep_previous else none,
    'previous_source_version': noted.source_version if keep_previous else none} %}
  {% for key, value in written.items() if value or key in noted %}
    {% do properties.update({key: value or none}) %}
  {% endfor %}
  {% do complete.update(properties=properties) %}
  {{ return(complete) }}
{% endmacro %}

{% macro default__complete_port(port, keep_previous=true) %}
  {{ return(meshport.no_body('complete_port')) }}
{% endmacro %}
