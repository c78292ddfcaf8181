// Draws a dashboard with Grafana's own components, as far as they are published: time
// series, numbers, bars, tables, panels around them; fields, units, colours, transformations
// are Grafana's for every kind. Dials, heatmaps and state timelines are drawn here from
// those. `window.BOARD` is { dashboard, data, values }: data by panel and query, and values
// of variables.
import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  applyFieldOverrides, cacheFieldDisplayNames, createTheme, FieldConfigOptionsRegistry, FieldType, getFieldDisplayValues,
  getValueFormat, renderMarkdown, standardTransformers, standardTransformersRegistry, ThemeContext,
  toDataFrame, transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, GlobalStyles, PanelChrome, TimeSeries, VizRepeater } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import 'uplot/dist/uPlot.min.css';

const { dashboard, data, values } = window.BOARD;
const theme = createTheme({ colors: { mode: 'light' } });
const WIDTH = 1440, HEAD = 44, LINE = 38, GAP = 8;

const { mergeTransformer, organizeFieldsTransformer, filterFieldsByNameTransformer, renameFieldsTransformer, orderFieldsTransformer } = standardTransformers;
standardTransformersRegistry.setInit(() => [mergeTransformer, organizeFieldsTransformer, filterFieldsByNameTransformer, renameFieldsTransformer, orderFieldsTransformer]
  .map(it => ({ id: it.id, name: it.name, transformation: () => Promise.resolve(it), editor: () => null, imageDark: '', imageLight: '' })));

// What fails outside of a component, and panels that stay empty, are faults as well.
function fault(text) {
  const it = document.createElement('pre');
  it.dataset.fault = 'true';
  it.textContent = text;
  document.body.append(it);
}
window.addEventListener('error', it => fault(it.message));
window.addEventListener('unhandledrejection', it => fault(String(it.reason)));
setTimeout(() => document.querySelectorAll('[data-panel]').forEach(it => {
  if (!it.querySelector('[data-testid="data-testid panel content"] *')) { fault(`panel ${it.dataset.panel} is empty`); }
}), 6000);

const filled = text => (text ?? '').replace(/\$\{?(\w+)\}?/g, (all, name) => values[name] ?? all);
const isLast = panel => ['stat', 'gauge', 'bargauge', 'table'].includes(panel.type);

function called(target, labels) {
  const { __name__: metric, ...others } = labels;
  if (target.legendFormat !== '__auto') {
    return target.legendFormat.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name) => labels[name] ?? '');
  }
  return Object.values(others).join(' ') || metric || 'Value';
}

function frames(panel) {
  return (data[panel.id] ?? []).flatMap((all, idx) => all.map(series => toDataFrame({
    refId: panel.targets[idx].refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: series.values.map(it => it[0] * 1000) },
      {
        name: 'Value', type: FieldType.number, labels: series.metric,
        config: { displayNameFromDS: called(panel.targets[idx], series.metric) },
        values: series.values.map(it => Number(it[1])),
      },
    ],
  })));
}

// As the data source answers for a table: a row for each series, a column for each label.
function tables(panel) {
  const several = panel.targets.length > 1;
  return (data[panel.id] ?? []).map((all, idx) => {
    const { refId } = panel.targets[idx];
    const end = Math.max(...all.map(it => it.values.at(-1)[0]));
    const labels = [...new Set(all.flatMap(it => Object.keys(it.metric)))];
    return toDataFrame({
      refId,
      fields: [
        { name: 'Time', type: FieldType.time, values: all.map(() => end * 1000) },
        ...labels.map(name => ({ name, type: FieldType.string, values: all.map(it => it.metric[name] ?? '') })),
        { name: several ? `Value #${refId}` : 'Value', type: FieldType.number, values: all.map(it => Number(it.values.at(-1)[1])) },
      ],
    });
  });
}

function shown(panel, raw) {
  const own = new Set(Object.keys(panel.fieldConfig.defaults.custom));
  panel.fieldConfig.overrides.flatMap(it => it.properties).filter(it => it.id.startsWith('custom.'))
    .forEach(it => own.add(it.id.slice(7)));
  const entry = (id, path, isCustom) => ({
    id, path, isCustom, name: id, editor: () => null, override: () => null, process: it => it, shouldApply: () => true,
  });
  const registry = new FieldConfigOptionsRegistry(() => [
    ...['unit', 'min', 'max', 'decimals', 'displayName', 'thresholds', 'mappings', 'color'].map(it => entry(it, it, false)),
    ...[...own].map(it => entry(`custom.${it}`, it, true)),
  ]);
  const { fieldConfig } = panel;
  return applyFieldOverrides({ data: raw, fieldConfig, theme, replaceVariables: filled, timeZone: 'utc', fieldConfigRegistry: registry });
}

function Lines({ panel, width, height }) {
  const all = shown(panel, frames(panel));
  const times = all.flatMap(it => it.fields[0].values);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const timeRange = { from: { valueOf: () => from }, to: { valueOf: () => to }, raw: {} };
  return <TimeSeries width={width} height={height} frames={all} structureRev={1} timeRange={timeRange} timeZone="utc" legend={panel.options.legend} options={panel.options} />;
}

function Dial({ value, width, height }) {
  const { display, field } = value;
  const part = Math.max(0, Math.min(1, (display.numeric - field.min) / (field.max - field.min)));
  const radius = Math.min(width / 2, height) - 22, [x, y] = [width / 2, height - 12];
  const arc = (to, stroke) => <path fill="none" stroke={stroke} strokeWidth={14} d={`M ${x - radius} ${y} A ${radius} ${radius} 0 0 1 ${x - radius * Math.cos(Math.PI * to)} ${y - radius * Math.sin(Math.PI * to)}`} />;
  return <svg width={width} height={height}>
    {arc(1, '#ddd')}{arc(part, display.color)}
    <text x={x} y={y - 8} textAnchor="middle" fontSize={Math.min(24, radius / 2, 2.4 * radius / (display.text.length + (display.suffix ?? '').length))} fill={display.color}>{display.text}{display.suffix}</text>
    <text x={x} y={y + 9} textAnchor="middle" fontSize={11}>{display.title}</text>
  </svg>;
}

function Numbers({ panel, width, height }) {
  const { options } = panel;
  const all = shown(panel, frames(panel));
  const getValues = () => getFieldDisplayValues({
    data: all, fieldConfig: panel.fieldConfig, reduceOptions: options.reduceOptions, replaceVariables: filled,
    theme, timeZone: 'utc', sparkline: options.graphMode === 'area',
  });
  const one = ({ value, width, height, count }) => {
    const shared = { theme, width, height };
    // As Grafana's text mode `auto`: the name where there are several.
    const display = { ...value.display, title: count > 1 ? value.display.title : undefined };
    switch (panel.type) {
      case 'gauge': return <Dial value={{ ...value, display }} {...shared} />;
      case 'bargauge': return <BarGauge {...shared} value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)} orientation={options.orientation} displayMode={options.displayMode} showUnfilled={options.showUnfilled} valueDisplayMode={options.valueMode} namePlacement={options.namePlacement} />;
      default: return <BigValue {...shared} value={display} count={count} sparkline={value.sparkline} colorMode={options.colorMode} graphMode={options.graphMode} justifyMode={options.justifyMode} textMode={options.textMode} wideLayout={options.wideLayout} />;
    }
  };
  return <VizRepeater getValues={getValues} renderValue={one} source={all} renderCounter={1} width={width} height={height} orientation={options.orientation} itemSpacing={8} minVizHeight={panel.type === 'bargauge' ? 16 : undefined} maxVizHeight={panel.type === 'bargauge' ? 60 : undefined} />;
}

function Rows({ panel, width, height }) {
  const [frame, setFrame] = React.useState();
  React.useEffect(() => {
    const steps = transformDataFrame(panel.transformations, tables(panel)).subscribe(([it]) => setFrame(it));
    return () => steps.unsubscribe();
  }, []);
  if (!frame) { return null; }
  const [all] = shown(panel, [frame]);
  cacheFieldDisplayNames([all]);
  return <TableNG data={all} width={width} height={height} structureRev={1} cellHeight={panel.options.cellHeight} sortBy={panel.options.sortBy} showTypeIcons={false} getActions={() => []} />;
}

function States({ panel, width, height }) {
  const all = shown(panel, frames(panel));
  const times = all.flatMap(it => it.fields[0].values);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const name = Math.min(140, width / 4), line = Math.min(34, (height - 8) / all.length);
  const at = it => name + (width - name - 8) * (it - from) / (to - from || 1);
  return <svg width={width} height={height} fontSize={11}>{all.flatMap((frame, row) => {
    const [time, field] = frame.fields;
    const runs = [];
    field.values.forEach((value, idx) => {
      const display = field.display(value);
      const last = runs.at(-1);
      if (last?.display.text === display.text && last.display.color === display.color) { last.to = time.values[idx]; return; }
      if (last) { last.to = time.values[idx]; }
      runs.push({ from: time.values[idx], to: time.values[idx], display });
    });
    const y = 4 + row * line;
    return [
      <text key={`name ${row}`} x={name - 6} y={y + line / 2 + 4} textAnchor="end">{field.config.displayNameFromDS}</text>,
      ...runs.map((run, idx) => <g key={`${row} ${idx}`}>
        <rect x={at(run.from)} y={y + 2} width={Math.max(1, at(run.to) - at(run.from))} height={line - 4} fill={run.display.color} fillOpacity={panel.fieldConfig.defaults.custom.fillOpacity / 100} />
        {at(run.to) - at(run.from) > 40 && <text x={at(run.from) + 4} y={y + line / 2 + 4}>{run.display.text}{run.display.suffix}</text>}
      </g>),
    ];
  })}</svg>;
}

function Heat({ panel, width, height }) {
  const series = (data[panel.id]?.[0] ?? []).map(it => ({ le: it.metric.le === '+Inf' ? Infinity : Number(it.metric.le), values: new Map(it.values.map(([t, v]) => [t, Number(v)])) }))
    .sort((a, b) => a.le - b.le);
  const times = [...new Set(series.flatMap(it => [...it.values.keys()]))].sort((a, b) => a - b);
  const count = (row, t) => (series[row].values.get(t) ?? 0) - (series[row - 1]?.values.get(t) ?? 0);
  const most = Math.max(...times.flatMap(t => series.map((_, row) => count(row, t))));
  const format = getValueFormat(panel.options.yAxis.unit);
  const [w, h] = [(width - 70) / times.length, (height - 10) / series.length];
  const label = le => { const it = format(le, panel.options.yAxis.decimals); return Number.isFinite(le) ? `${it.text}${it.suffix ?? ''}` : '+Inf'; };
  return <svg width={width} height={height} fontSize={11}>{series.flatMap(({ le }, row) => {
    const y = height - 5 - (row + 1) * h;
    return [
      <text key={le} x={62} y={y + 4} textAnchor="end">{label(le)}</text>,
      ...times.map((t, idx) => <rect key={`${le} ${t}`} x={68 + idx * w} y={y + 1} width={Math.max(1, w - 0.5)} height={h - 1} fill="#d94801" fillOpacity={Math.max(0, count(row, t) / most) ** panel.options.color.exponent} />),
    ];
  })}</svg>;
}

function Body({ panel, width, height }) {
  const asks = panel.targets?.length;
  if (asks && !data[panel.id]?.some(it => it.length)) { return <div>no data</div>; }
  const props = { panel, width, height };
  switch (panel.type) {
    case 'timeseries': return <Lines {...props} />;
    case 'stat': case 'gauge': case 'bargauge': return <Numbers {...props} />;
    case 'table': return <Rows {...props} />;
    case 'heatmap': return <Heat {...props} />;
    case 'state-timeline': return <States {...props} />;
    case 'text': return <div className="markdown-html" dangerouslySetInnerHTML={{ __html: renderMarkdown(filled(panel.options.content)) }} />;
    case 'alertlist': return <div>alerts that are {Object.entries(panel.options.stateFilter).filter(it => it[1]).map(it => it[0]).join(', ')}: {filled(panel.options.alertInstanceLabelFilter) || 'all'}</div>;
    default: throw new Error(`panel of the kind ${panel.type}`);
  }
}

class Guard extends React.Component {
  state = {};
  static getDerivedStateFromError(fault) { return { fault }; }
  render() { return this.state.fault ? <pre data-fault>{this.props.title}: {String(this.state.fault.stack)}</pre> : this.props.children; }
}

function Placed({ panel, top }) {
  const { x, y, w, h } = panel.gridPos;
  const [width, height] = [w * WIDTH / 24 - GAP, h * LINE - GAP];
  const style = { position: 'absolute', left: x * WIDTH / 24 + GAP / 2, top: HEAD + (y + top) * LINE, width, height };
  if (panel.type === 'row') { return <h4 style={style} data-row>{panel.collapsed ? '▸' : '▾'} {filled(panel.title)}{panel.repeat && ` (for each ${panel.repeat})`}</h4>; }
  const links = panel.links?.map(it => it.title).join(' · ');
  return <div style={style} data-panel={panel.id}><Guard title={panel.title}>
    <PanelChrome title={filled(panel.title)} description={panel.description} width={width} height={height} displayMode={panel.transparent ? 'transparent' : 'default'} titleItems={links && <small style={{ color: '#3871dc' }}>{links}</small>}>
      {(width, height) => <Body panel={panel} width={width} height={height} />}
    </PanelChrome>
  </Guard></div>;
}

// A closed row is drawn open, below everything.
let end = Math.max(...dashboard.panels.map(it => it.gridPos.y + it.gridPos.h));
const placed = dashboard.panels.flatMap(panel => {
  const inside = (panel.panels ?? []).map(it => ({ panel: it, top: end - panel.gridPos.y }));
  end = Math.max(end, ...inside.map(it => it.panel.gridPos.y + it.panel.gridPos.h + it.top));
  return [{ panel, top: 0 }, ...inside];
});
const variables = dashboard.templating.list.filter(it => it.hide !== 2).map(it => `${it.label}: ${values[it.name] ?? '…'}`);
createRoot(document.getElementById('root')).render(<ThemeContext.Provider value={theme}><GlobalStyles />
  <div style={{ position: 'relative', width: WIDTH, height: HEAD + end * LINE, background: theme.colors.background.canvas }}>
    <div style={{ padding: 10 }}><b>{dashboard.title}</b> — {variables.join(' · ')} — {dashboard.links.map(it => it.title).join(' · ')}</div>
    {placed.map(it => <Placed key={it.panel.id} {...it} />)}
  </div></ThemeContext.Provider>);
document.documentElement.dataset.height = HEAD + end * LINE;
