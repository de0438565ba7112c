/**
 * Light and dark follow the page's text color and `color-scheme`. Inside, brands set custom properties; color, font and
 * width are set on the element itself.
 */
import { css } from "lit";

export const styles = css`
  :host {
    --_accent: var(--bank-link-accent, light-dark(#0f4c81, #9accff));
    --_muted: var(--bank-link-muted, color-mix(in srgb, currentColor 80%, transparent));
    --_surface: var(--bank-link-surface, color-mix(in srgb, currentColor 5%, transparent));
    --_border: var(--bank-link-border, color-mix(in srgb, currentColor 22%, transparent));
    --_radius: var(--bank-link-radius, 0.625rem);

    display: grid;
    gap: 0.625rem;
    font: 1rem/1.5 system-ui, sans-serif;
    max-inline-size: 26rem;
    overflow-wrap: anywhere;
  }

  :host([hidden]) {
    display: none;
  }

  p {
    margin: 0;
  }

  button {
    align-items: center;
    background: var(--_accent);
    /* Visible in forced colors, where the background is not. */
    border: 1px solid transparent;
    border-radius: var(--_radius);
    color: var(--bank-link-on-accent, light-dark(#fff, #06233d));
    cursor: pointer;
    display: flex;
    font: inherit;
    font-weight: 600;
    gap: 0.625rem;
    inline-size: 100%;
    justify-content: center;
    /* WCAG 2.5.5: large enough for a thumb. */
    min-block-size: 3rem;
    padding: 0.625rem 1.25rem;
  }

  button:enabled:hover {
    filter: brightness(1.1);
  }

  :focus-visible {
    outline: 3px solid var(--_accent);
    outline-offset: 2px;
  }

  [aria-disabled="true"] {
    cursor: progress;
  }

  button:disabled {
    background: var(--_surface);
    border-color: var(--_border);
    color: var(--_muted);
    cursor: default;
  }

  /* As high as a line of text, so that it aligns with the first one. */
  svg,
  [part="spinner"] {
    block-size: 1.5em;
    box-sizing: border-box;
    flex: none;
    inline-size: 1.5em;
  }

  svg {
    fill: none;
    stroke: currentColor;
    stroke-linecap: round;
    stroke-linejoin: round;
    stroke-width: 1.75;
  }

  [part="spinner"] {
    animation: turn 800ms linear infinite;
    border: 2px solid;
    border-block-start-color: transparent;
    border-radius: 50%;
  }

  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }

  [part="hint"],
  [part="status"] {
    display: flex;
    font-size: 0.875em;
    gap: 0.625rem;
    /* Focused only so that a screen reader continues from here. */
    outline: 0;
  }

  /* Without text: out of the grid, but present for screen readers before the first text. */
  [part="status"]:empty {
    position: absolute;
  }

  [part="hint"],
  .mask {
    color: var(--_muted);
  }

  .failed,
  .linked {
    background: var(--_surface);
    border: 1px solid var(--_border);
    border-radius: var(--_radius);
    padding: 0.75rem;
  }

  .failed svg {
    color: var(--bank-link-danger, light-dark(#a51d2d, #ffa8ad));
  }

  /* Not on the icon itself, whose color forced colors do not change. */
  .badge {
    align-self: center;
    background: var(--bank-link-success, light-dark(#116b3c, #7cdba4));
    border-radius: 50%;
    color: light-dark(#fff, #06230f);
    display: flex;
    padding: 0.5rem;
  }

  .bank {
    font-size: 1rem;
    font-weight: 600;
  }

  @media (prefers-reduced-motion: reduce) {
    [part="spinner"] {
      animation-duration: 4s;
    }
  }
`;
