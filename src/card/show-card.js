const field = document.getElementById('card');
const result = document.getElementById('result');

const show = (className, lines) => {
  result.className = className;
  result.textContent = lines.filter(Boolean).join('\n');
};

const verify = async text => {
  try {
    const card = await verifyCard(text, { ...known, now: Date.now() });
    show('valid', [
      'This card is valid.',
      card.name,
      card.birthDate && `Born ${card.birthDate}`,
      card.numbers.length > 0 && `Number ${card.numbers.join(', ')}`,
      card.plan,
      `Covered from ${card.from ?? '...'} until ${card.until ?? '...'}`,
      `By ${card.insurer}; issued ${card.issued}`,
    ]);
  } catch (error) {
    show('invalid', [
      error instanceof SyntaxError || error.name === 'InvalidCharacterError'
        ? 'This is no membership card.'
        : error.message,
    ]);
  }
};

document.getElementById('verify').addEventListener('click', () => verify(field.value));
field.addEventListener('keydown', event => {
  // Scanners end what they type with Enter.
  if (event.key !== 'Enter') return;
  event.preventDefault();
  verify(field.value);
});

const camera = document.getElementById('camera');
camera.hidden = !('BarcodeDetector' in window) || !navigator.mediaDevices;
camera.addEventListener('click', async () => {
  const view = document.getElementById('view');
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  view.hidden = false;
  view.srcObject = stream;
  await view.play();
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  const look = async () => {
    const [code] = await detector.detect(view);
    if (code === undefined) {
      requestAnimationFrame(look);
      return;
    }
    for (const track of stream.getTracks()) track.stop();
    view.hidden = true;
    field.value = code.rawValue;
    await verify(code.rawValue);
  };
  await look();
});
