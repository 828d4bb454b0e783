import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainXhtml } from './plain-xhtml.ts';
import { isXhtml } from './xhtml.ts';

const div = (content: string) => `<div xmlns="http://www.w3.org/1999/xhtml">${content}</div>`;

describe('the XHTML of a narrative', () => {
  it.each([
    ['formatted text', div('<p>a <b>b</b><br/>&amp; &#160; &nbsp;</p>')],
    ['a table', div('<table border="1"><tbody><tr><td rowspan="2">a</td></tr></tbody></table>')],
    ['a link and an image', div('<a href="http://example.org">x</a><img src="#pic1" alt="x"/>')],
    ['a comment', div('<!-- c --><p>a</p>')],
    ['an image alone', div('<img src="#a" alt="a"/>')],
    ['space around the div', `\n ${div('a')} `],
  ])('may be %s', (_, text) => {
    expect(isXhtml(text)).toBe(true);
  });

  it.each([
    ['text alone', 'a'],
    ['nothing', ''],
    ['another element than div outside', '<p>a</p>'],
    ['a div without namespace', '<div><p>a</p></div>'],
    ['a div of another namespace', '<div xmlns="http://example.org">a</div>'],
    ['without content', div(' \n ')],
    ['two divs', div('a') + div('b')],
    ['text after the div', `${div('a')} b`],
    ['elements that are not closed', div('<p>a')],
    ['elements that overlap', div('<b><i>a</b></i>')],
    ['a script', div('<script>alert(1)</script>')],
    ['a form', div('<form>a</form>')],
    ['an iframe', div('<iframe src="x">a</iframe>')],
    ['a list in a paragraph', div('<p><b>a</b><ul><li>b</li></ul></p>')],
    ['an element that HTML calls deprecated', div('<font>a</font>')],
    ['a style sheet', div('<style>p { color: red }</style>a')],
    ['an object', div('<object>a</object>')],
    ['an attribute that is none of HTML', div('<p data-x="1">a</p>')],
    ['an event attribute', div('<p onclick="x()">a</p>')],
    ['an event attribute in capitals', div('<p ONCLICK="x()">a</p>')],
    ['a javascript link', div('<a href="java\nscript:x()">a</a>')],
    ['an attribute without quotes', div('<p class=x>a</p>')],
    ['the same attribute twice', div('<p class="a" class="b">a</p>')],
    ['a bare ampersand', div('a & b')],
    ['a document type', `<!DOCTYPE html>${div('a')}`],
    ['a processing instruction', div('<?php a ?>')],
  ])('may not be %s', (_, text) => {
    expect(isXhtml(text)).toBe(false);
  });

  it('is judged in time proportional to its length', () => {
    const started = performance.now();
    expect(isXhtml(div('<p>a</p>'.repeat(50_000)))).toBe(true);
    expect(isXhtml(`<div${' a="b"'.repeat(20_000)}`)).toBe(false);
    expect(isXhtml('<div>'.repeat(100_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('the quick look at plain narratives', () => {
  const isPlain = plainXhtml(new Set(['div', 'p', 'b', 'br', 'td']), new Set(['div', 'p']));

  it('takes elements without attributes', () => {
    expect(isPlain(div('<p>a<b>b</b></p><br/>'))).toBe(true);
    expect(isPlain(div('<div><div>a</div></div>'))).toBe(true);
    expect(isPlain(div('<p>a</p><div>b</div><p>c</p>'))).toBe(true);
  });

  it('takes no block in a paragraph', () => {
    expect(isPlain(div('<p><div>a</div></p>'))).toBe(false);
    expect(isPlain(div('<p><b><p>a</p></b></p>'))).toBe(false);
  });

  it('takes nothing that the rules of XHTML refuse', () => {
    const pieces = fc.constantFrom(
      '<p>',
      '</p>',
      '<b>',
      '</b>',
      '<br/>',
      '</div>',
      '<div>',
      'a',
      ' ',
      '&',
      '<',
      '>',
      '<P>',
      '<p',
      '/>',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), parts => {
        const text = div(parts.join(''));
        if (isPlain(text)) expect(isXhtml(` ${text}`), text).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
});
