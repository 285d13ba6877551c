// Keep the style of the widget inside the widget: it is put into the page of a notebook, beside parts of others.
import postcss from 'postcss';

const WIDGET = '.ts-widget';
/** Rules of the widget itself, and of what it says stands in it. */
const OWN = /^\.ts-widget(?![\w-])/;

/** Put the widget before each selector of a style sheet. Names of animations are for the whole page, and begin with `ts-`. */
export function scoped(css) {
  const sheet = postcss.parse(css);
  sheet.walkRules(rule => {
    const { parent } = rule;
    const isInside = parent?.type === 'rule' || (parent?.type === 'atrule' && parent.name.endsWith('keyframes'));
    if (!isInside) {
      rule.selectors = rule.selectors.map(each => (OWN.test(each) ? each : `${WIDGET} ${each}`));
    }
  });
  return sheet.toString();
}
